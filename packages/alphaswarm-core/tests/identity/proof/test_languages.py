"""Automata against the plain meaning of patterns."""

from hypothesis import given
from hypothesis import strategies as st

from alphaswarm_core.identity.iam.templates import pattern, tokenize
from alphaswarm_core.identity.iam.values import case_variants, folded
from alphaswarm_core.identity.proof.automata import rewired
from alphaswarm_core.identity.proof.grammar import FAMILIES, TAIL, subject_pieces
from alphaswarm_core.identity.proof.languages import ANYTHING, NOTHING, any_case, of_parts, of_pattern, of_words

PATTERNS = st.text("ab*?:/", max_size=8)
TEXTS = st.text("ab:/\n€", max_size=8)


def fits(glob: str, text: str) -> bool:
    return pattern(tokenize(glob, wildcards=True, variables=False)).match(text) is not None


@given(PATTERNS, TEXTS)
def test_automaton_takes_what_the_evaluator_takes(glob: str, text: str) -> None:
    assert (text in of_pattern(glob)) is fits(glob, text)


@given(PATTERNS, PATTERNS, TEXTS)
def test_set_operations_are_those_of_sets(one: str, other: str, text: str) -> None:
    first, second = of_pattern(one), of_pattern(other)
    assert (text in (first & second)) is (fits(one, text) and fits(other, text))
    assert (text in (first | second)) is (fits(one, text) or fits(other, text))
    assert (text in (first - second)) is (fits(one, text) and not fits(other, text))


@given(PATTERNS, PATTERNS)
def test_member_is_inside_and_there_is_none_only_when_empty(one: str, other: str) -> None:
    rest = of_pattern(one) - of_pattern(other)
    member = rest.member()
    assert (member is None) is rest.is_empty
    assert member is None or (fits(one, member) and not fits(other, member))


@given(PATTERNS)
def test_every_pattern_is_within_everything_and_beyond_nothing(glob: str) -> None:
    assert (of_pattern(glob) - ANYTHING).is_empty
    assert not (of_pattern(glob) - NOTHING).is_empty


# Long s, the Kelvin sign, the two Turkish i and the two sharp s: letters that fold into others, or do not
FOLDING = st.text("kKsS-\u017f\u212a\u0130\u0131\u00df\u1e9e", max_size=4)


@given(FOLDING, FOLDING)
def test_ignoring_case_is_the_same_for_automaton_and_evaluator(one: str, other: str) -> None:
    assert (other in of_parts(any_case(one))) is (folded(one) == folded(other))


def test_case_variants_are_all_letters_of_one_fold() -> None:
    letters = [chr(code) for code in range(0x250)]
    for letter in letters:
        assert case_variants(letter) & set(letters) == {other for other in letters if folded(other) == folded(letter)}


@given(TEXTS)
def test_escaping_is_undone_before_the_automaton_reads(text: str) -> None:
    automaton = of_words([text.replace(":", "%3A")]).automaton
    assert rewired(automaton, ":", "%3A").accepts(text)


def test_subject_is_taken_apart_into_what_it_says() -> None:
    subjects = of_words(["repo:Org@45/app@123:environment:a%3Ab"])
    pieces = {family.name: subject_pieces(subjects, family) for family in FAMILIES}
    found = pieces["immutable environment"]
    assert [{name: set(values.finite or ()) for name, values in piece.items()} for piece in found] == [
        {
            "owner": {"Org"},
            "repository_owner_id": {"45"},
            "name": {"app"},
            "repository_id": {"123"},
            "environment": {"a:b", "a%3Ab"},
        }
    ]
    assert [name for name, each in pieces.items() if each] == ["immutable environment"]


def test_customised_tails_are_segments_and_never_standard_ones() -> None:
    assert "actor:x:workflow:y" in TAIL
    assert "environment:prod:actor:x" in TAIL
    for standard in ("environment:prod", "pull_request", "ref:refs/heads/main", "no-segment"):
        assert standard not in TAIL
