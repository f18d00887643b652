"""Customised subjects: `include_claim_keys` of an organisation or repository.

The subject becomes `key:value:key:value…` in the order of the keys. Two keys are special: `repo` is the repository as
in the default form (with both ids in the immutable format; they cannot be left out), and `context` is what follows the
repository there. `:` in a value is written `%3A`. A repository's administrator can change its template: it is part of
the trust base. Source: docs.github.com, "OpenID Connect reference", customising the token claims.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from alphaswarm_core.identity.github.errors import GithubNameError, SubjectSyntaxError, SubjectTemplateError
from alphaswarm_core.identity.github.subjects import (
    Context,
    SubjectRepository,
    escape,
    not_a_subject,
    parse_context,
    parse_repository,
    unescape,
)

_REPO, _CONTEXT = "repo", "context"
TEMPLATE_CLAIMS = frozenset(
    {
        "actor",
        "actor_id",
        "base_ref",
        "check_run_id",
        "enterprise",
        "enterprise_id",
        "environment",
        "event_name",
        "head_ref",
        "job_workflow_ref",
        "job_workflow_sha",
        "ref",
        "ref_protected",
        "ref_type",
        "repository",
        "repository_id",
        "repository_owner",
        "repository_owner_id",
        "repository_visibility",
        "run_attempt",
        "run_id",
        "run_number",
        "runner_environment",
        "sha",
        "workflow",
        "workflow_ref",
        "workflow_sha",
    }
)
"""The claims that a template may name besides `repo`, `context` and `repo_property_*`."""


def _is_known(key: str) -> bool:
    custom = key.removeprefix("repo_property_")
    return key in {_REPO, _CONTEXT} or key in TEMPLATE_CLAIMS or (custom != key and custom.isidentifier())


@dataclass(frozen=True, slots=True)
class TemplatedSubject:
    """A customised subject, read by its template: `values` in the template's order, unescaped."""

    values: tuple[tuple[str, str], ...]
    repository: SubjectRepository | None
    context: Context | None


@dataclass(frozen=True, slots=True)
class SubjectTemplate:
    """Which keys make up the subject, in order. The default is `("repo", "context")`.

    Raises:
        SubjectTemplateError: no key, an unknown one, or one twice.
    """

    keys: tuple[str, ...] = (_REPO, _CONTEXT)

    def __post_init__(self) -> None:
        unknown = [key for key in self.keys if not _is_known(key)]
        if unknown or not self.keys or len(set(self.keys)) != len(self.keys):
            raise SubjectTemplateError(
                f"{list(self.keys)} is not a subject template",
                why=f"unknown: {', '.join(map(repr, unknown))}"
                if unknown
                else "each key stands once, and there is one",
                fix="Use repo, context and the names of claims",
            )

    @property
    def is_default(self) -> bool:
        """Whether subjects have the default form."""
        return self.keys == (_REPO, _CONTEXT)

    def missing(self, claims: Mapping[str, str]) -> tuple[str, ...]:
        """The keys that a job with `claims` has no value for; with one of them GitHub mints no usable token."""
        return tuple(key for key in self.keys if key not in {_REPO, _CONTEXT} and key not in claims)

    def render(self, repository: SubjectRepository, context: Context, claims: Mapping[str, str]) -> str:
        """The subject.

        Raises:
            KeyError: `missing(claims)` was not asked first.
        """
        parts = {_REPO: f"{_REPO}:{repository.value}", _CONTEXT: str(context)}
        return ":".join(parts[key] if key in parts else f"{key}:{escape(claims[key])}" for key in self.keys)

    def parse(self, text: str) -> TemplatedSubject:
        """`text` as a subject of this template.

        Raises:
            SubjectSyntaxError: a key is missing, out of order or surplus, or a value cannot exist.
        """
        try:
            return self._read(text.split(":"))
        except GithubNameError as problem:
            raise not_a_subject(text, f"{problem.what}: {problem.why}") from problem
        except SubjectSyntaxError as problem:
            raise not_a_subject(text, f"under the template {', '.join(self.keys)}: {problem.what}") from problem

    def _read(self, segments: list[str]) -> TemplatedSubject:
        values: list[tuple[str, str]] = []
        repository: SubjectRepository | None = None
        context: Context | None = None
        for key in self.keys:
            if key == _CONTEXT:
                taken = 1 if segments[:1] == ["pull_request"] else 2
                context = parse_context(":".join(segments[:taken]))
                values.append((key, ":".join(segments[:taken])))
            else:
                taken, value = 2, _value(key, segments)
                values.append((key, value))
                repository = parse_repository(value) if key == _REPO else repository
            segments = segments[taken:]
        if segments:
            raise SubjectSyntaxError(f"{':'.join(segments)!r} is left over")
        return TemplatedSubject(tuple(values), repository, context)


DEFAULT_TEMPLATE = SubjectTemplate()


def template_from(use_default: bool, include_claim_keys: Iterable[str]) -> SubjectTemplate:  # noqa: FBT001 - API names
    """The template that GitHub's REST answer (`…/actions/oidc/customization/sub`) describes.

    Raises:
        SubjectTemplateError: as `SubjectTemplate`.
    """
    return DEFAULT_TEMPLATE if use_default else SubjectTemplate(tuple(include_claim_keys))


def _value(key: str, segments: list[str]) -> str:
    if len(segments) < 2 or segments[0] != key:  # noqa: PLR2004 - key and value
        raise SubjectSyntaxError(f"{key}:… is expected, {':'.join(segments[:2])!r} stands there")
    return unescape(segments[1])
