import pytest
from hypothesis import given
from hypothesis import strategies as st

from alphaswarm_core.identity.github.errors import SubjectSyntaxError, SubjectTemplateError
from alphaswarm_core.identity.github.subjects import (
    EnvironmentContext,
    PullRequestContext,
    RefContext,
    SubjectRepository,
)
from alphaswarm_core.identity.github.templates import DEFAULT_TEMPLATE, SubjectTemplate, template_from

from .samples import ENVIRONMENT_NAMES

REPOSITORY = SubjectRepository("o", "r", 1, 2)
KEYS = st.permutations(["repo", "context", "environment", "workflow", "repo_property_team"]).flatmap(
    lambda keys: st.integers(1, len(keys)).map(lambda count: tuple(keys[:count]))
)
VALUES = st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=30).filter(lambda text: "%3A" not in text)
CONTEXTS = (
    st.just(PullRequestContext())
    | st.just(RefContext("refs/heads/main"))
    | st.builds(EnvironmentContext, ENVIRONMENT_NAMES.filter(lambda name: "%3A" not in name))
)


@given(KEYS, CONTEXTS, VALUES, VALUES, VALUES)
def test_values_come_back_when_parsed_by_the_template(
    keys: tuple[str, ...], context: object, environment: str, workflow: str, team: str
) -> None:
    claims = {"environment": environment, "workflow": workflow, "repo_property_team": team}
    template = SubjectTemplate(keys)
    found = template.parse(template.render(REPOSITORY, context, claims))  # type: ignore[arg-type]
    assert [key for key, _ in found.values] == list(keys)
    assert found.repository == (REPOSITORY if "repo" in keys else None)
    assert found.context == (context if "context" in keys else None)
    assert all(value == claims[key] for key, value in found.values if key in claims)


@given(st.text(max_size=60))
def test_a_value_cannot_add_segments(workflow: str) -> None:
    text = SubjectTemplate(("workflow", "repo")).render(REPOSITORY, PullRequestContext(), {"workflow": workflow})
    assert text.split(":")[2:] == ["repo", "o@1/r@2"]
    assert len(text.split(":")) == 4


@given(st.text(max_size=80))
def test_parsing_raises_nothing_else_when_text_is_arbitrary(text: str) -> None:
    for keys in (("repo", "context"), ("context", "workflow"), ("repository_owner",)):
        try:
            SubjectTemplate(keys).parse(text)
        except SubjectSyntaxError:
            continue


def test_colons_are_escaped_when_context_is_an_environment() -> None:
    template = SubjectTemplate(("repo", "context", "repository_visibility"))
    text = template.render(REPOSITORY, EnvironmentContext("a:repo:x"), {"repository_visibility": "private"})
    assert text == "repo:o@1/r@2:environment:a%3Arepo%3Ax:repository_visibility:private"


@pytest.mark.parametrize(
    "keys", [(), ("repo", "repo"), ("aud",), ("sub",), ("repository:x",), ("",), ("repo_property_",), ("Repo",)]
)
def test_template_is_refused_when_keys_are_not_githubs(keys: tuple[str, ...]) -> None:
    with pytest.raises(SubjectTemplateError):
        SubjectTemplate(keys)


@pytest.mark.parametrize(
    "text",
    ["repo:o@1/r@2", "repo:o@1/r@2:pull_request", "context:pull_request:repo:o@1/r@2", "repo:o@1/r@2:workflow:a:b"],
)
def test_text_is_refused_when_it_is_not_the_templates(text: str) -> None:
    with pytest.raises(SubjectSyntaxError):
        SubjectTemplate(("repo", "workflow")).parse(text)


def test_rest_answer_becomes_the_template() -> None:
    assert template_from(True, ["repository_owner"]) is DEFAULT_TEMPLATE
    assert template_from(False, ["repo", "context", "ref"]).keys == ("repo", "context", "ref")
    assert template_from(False, ["repo", "context"]).is_default
    with pytest.raises(SubjectTemplateError):
        template_from(False, [])
