import pytest
from hypothesis import given
from hypothesis import strategies as st

from alphaswarm_core.identity.github.errors import GithubNameError, SubjectSyntaxError
from alphaswarm_core.identity.github.subjects import (
    EnvironmentContext,
    PullRequestContext,
    RefContext,
    Subject,
    SubjectFormat,
    SubjectRepository,
    escape,
    parse_subject,
)

from .samples import ENVIRONMENT_NAMES

OWNERS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{0,38}", fullmatch=True)
NAMES = st.from_regex(r"[A-Za-z0-9._-]{1,100}", fullmatch=True).filter(lambda name: name not in {".", ".."})
IDS = st.integers(1, 10**18)
REPOSITORIES = st.builds(SubjectRepository, OWNERS, NAMES) | st.builds(SubjectRepository, OWNERS, NAMES, IDS, IDS)
REFS = st.from_regex(r"refs/(heads|tags)/[A-Za-z0-9_%@+-]{1,20}(/[A-Za-z0-9_%@+-]{1,20}){0,3}", fullmatch=True)
CONTEXTS = (
    st.builds(EnvironmentContext, ENVIRONMENT_NAMES.filter(lambda name: "%3A" not in name))
    | st.just(PullRequestContext())
    | st.builds(RefContext, REFS)
)
SUBJECTS = st.builds(Subject, REPOSITORIES, CONTEXTS)


@given(SUBJECTS)
def test_subject_comes_back_when_parsed(subject: Subject) -> None:
    assert parse_subject(str(subject)) == subject


@given(SUBJECTS.map(str) | st.text(max_size=80).map(lambda rest: f"repo:o/r:{rest}") | st.text(max_size=80))
def test_text_comes_back_unless_refused(text: str) -> None:
    try:
        subject = parse_subject(text)
    except SubjectSyntaxError:
        return
    assert str(subject) == text


@given(ENVIRONMENT_NAMES)
def test_name_cannot_add_segments_when_it_holds_colons(name: str) -> None:
    text = str(Subject(SubjectRepository("o", "r"), EnvironmentContext(name)))
    assert text.startswith("repo:o/r:environment:")
    assert text.count(":") == 3


@given(ENVIRONMENT_NAMES, ENVIRONMENT_NAMES)
def test_only_an_escaped_colon_makes_two_names_one_subject(one: str, other: str) -> None:
    if escape(one) == escape(other):
        assert one.replace("%3A", ":") == other.replace("%3A", ":")


def test_names_with_a_colon_and_with_its_escape_mint_the_same_subject() -> None:
    assert str(EnvironmentContext("a:b")) == str(EnvironmentContext("a%3Ab"))
    assert parse_subject("repo:o/r:environment:a%3Ab").context == EnvironmentContext("a:b")


def test_both_formats_are_read() -> None:
    assert parse_subject("repo:o/r:pull_request").repository.format is SubjectFormat.LEGACY
    immutable = parse_subject("repo:o@1/r@2:pull_request").repository
    assert (immutable.format, immutable.owner_id, immutable.id) == (SubjectFormat.IMMUTABLE, 1, 2)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "repo",
        "repo:",
        "repo:o/r",
        "repo:o/r:",
        "repo:o:pull_request",
        "repo:o/r/x:pull_request",
        "repo:/r:pull_request",
        "repo:o/:pull_request",
        "repo:o/..:pull_request",
        "repo:-o/r:pull_request",
        "repo:o*/r:pull_request",
        "repo:o/*:ref:refs/heads/main",
        "repo:o/r:*",
        "repo:o/r:pull_request:",
        "repo:o/r:pull_request\n",
        "repo:o/r:Pull_request",
        "REPO:o/r:pull_request",
        " repo:o/r:pull_request",
        "repo:o@1/r:pull_request",
        "repo:o/r@2:pull_request",
        "repo:o@/r@:pull_request",
        "repo:o@01/r@2:pull_request",
        "repo:o@+1/r@2:pull_request",
        "repo:o@0/r@2:pull_request",
        "repo:o@\N{ARABIC-INDIC DIGIT ONE}/r@2:pull_request",
        "repo:o@1@3/r@2:pull_request",
        "repo:o-1/r-2@2:pull_request",  # the announced and superseded delimiter, mixed
        "repo:o/r:environment:",
        "repo:o/r:environment",
        "repo:o/r:environment:prod:x",
        "repo:o/r:environment:pr\x00od",
        "repo:o/r:environment:" + "x" * 256,
        "repo:o/r:ref:main",
        "repo:o/r:ref:refs/heads/",
        "repo:o/r:ref:refs/heads/a:b",
        "repo:o/r:ref:refs/heads/a b",
        "repo:o/r:ref:refs/heads/a*",
        "repo:o/r:ref:refs/heads/a..b",
        "repo:o/r:ref:refs/heads/a.lock",
        "repo:o/r:ref:refs/heads/main\n",
        "repo:o/r:ref:refs/pull/1/merge",
        "repo:o/r:ref:refs/notes/x",
        "repo:o/r:job_workflow_ref:x",
        "repo:o/r:environment:prod:job_workflow_ref:o/a/.github/workflows/x.yml@refs/heads/main",
        "repository_owner:o",
        "repo:o/r:environment:" + "x" * 5000,
    ],
)
def test_text_is_refused_when_github_cannot_mint_it(text: str) -> None:
    with pytest.raises(SubjectSyntaxError) as caught:
        parse_subject(text)
    assert caught.value.why
    assert caught.value.fix


def test_one_id_alone_is_refused_when_a_repository_is_built() -> None:
    with pytest.raises(GithubNameError):
        SubjectRepository("o", "r", 1)


@given(ENVIRONMENT_NAMES)
def test_environment_never_reads_as_another_kind(name: str) -> None:
    assert isinstance(parse_subject(f"repo:o/r:environment:{escape(name)}").context, EnvironmentContext)
