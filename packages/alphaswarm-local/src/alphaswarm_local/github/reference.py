"""The generated reference page: every endpoint with what it asks for, the people, the events, and what is not done."""

from collections.abc import Iterable, Iterator, Sequence

from alphaswarm_local.github.people import PEOPLE
from alphaswarm_local.github.rest.endpoints import ENDPOINTS
from alphaswarm_local.github.rest.faults import KINDS
from alphaswarm_local.github.rest.routing import Endpoint
from alphaswarm_local.github.rulesets import ENFORCED
from alphaswarm_local.github.runs.gate import LONGEST_WAIT
from alphaswarm_local.github.runs.launching import MOST_ATTEMPTS, RERUN_DAYS

_EVENTS = (
    ("`push`, `create`, `delete`", "a branch or tag is pushed, made or removed: over git, or by the API"),
    ("`pull_request`, `pull_request_target`", "opened, synchronize, reopened, closed"),
    ("`issue_comment`", "a comment on a pull request is written, changed or removed"),
    ("`workflow_dispatch`, `repository_dispatch`", "by the API; a job's token may too"),
    ("`workflow_run`", "requested, completed; at most three in a chain"),
    ("`schedule`", "when `alphaswarm pipeline run schedule` says so; no clock starts it"),
)
_DIFFERENT = (
    ("every other event", "never happens"),
    ("an endpoint that is not listed", "404, and the header `X-AlphaSwarm-Reason` says that it is not there"),
    ("GraphQL, search, issues that are no pull request, releases, webhooks of repositories", "not there"),
    (
        "a further reviewer's word on a job that another rule still holds",
        "is taken, once a person; GitHub does not say",
    ),
    ("teams", "`platform` and `security`, the same in every organisation; only read"),
    ("branch protection of the older kind", "there is none; rulesets do it"),
    ("rules of rulesets that are not named above", "kept and shown, and enforce nothing"),
    ("`allowed_actions` and `sha_pinning_required`", "kept and shown, and enforce nothing"),
    ("merging", "with a merge commit only"),
    ("verified commits", "signatures are not looked at: `verification.verified` is false"),
    ("first-time contributors", "their runs start without an approval, so that a rehearsal shows what a run could do"),
    ("repositories", "public, so that forks work; `PATCH` makes one private. The plans of GitHub do not count"),
    ("a run whose `GITHUB_TOKEN` opened the pull request", "does not start; GitHub makes one that waits for approval"),
    ("a required reviewer without the role to read", "is refused when the environment is made"),
)

_WHO = (
    "Below the address `github_api`. A person needs a role that carries the permission, a job's or an app's token the "
    "permission itself.\n"
)


def render_markdown() -> str:
    """The page, without its title."""
    return "\n".join(
        [
            "What is not on this page, the embedded GitHub does not do. How it is used:",
            "[the local cloud](../concepts/local-cloud.md#github).\n",
            "## People\n",
            _table(("login", "role", "what for"), _people()),
            "## Events that start workflows\n",
            _table(("event", "when"), _EVENTS),
            "## Bounds and enforced rules\n",
            _table(("what", "how much"), _bounds()),
            "## Different from GitHub\n",
            _table(("what", "here"), _DIFFERENT),
            "## Endpoints\n",
            _WHO,
            _table(("endpoint", "what", "permission"), _endpoints()),
        ]
    )


def _people() -> Iterator[tuple[str, str, str]]:
    for person in PEOPLE.values():
        yield f"`{person.account.login}`", str(person.role), person.part


def _bounds() -> Iterator[tuple[str, str]]:
    yield "approvals that an environment asks for", "one, of at most six reviewers"
    yield "waiting for an environment", f"{LONGEST_WAIT.days} days, then the job fails"
    yield "running again", f"{RERUN_DAYS} days after the run began, {MOST_ATTEMPTS} attempts"
    yield "rules of rulesets that refuse something", ", ".join(f"`{each}`" for each in sorted(ENFORCED))
    yield "faults on demand", ", ".join(f"`{each}`" for each in KINDS)


def _endpoints() -> Iterator[tuple[str, str, str]]:
    for each in ENDPOINTS.all:
        if not each.path.startswith("/_"):
            yield f"`{each.method} {each.path.replace('+}', '}')}`", each.summary, _asks(each)


def _asks(endpoint: Endpoint) -> str:
    if endpoint.need is None:
        return "by its own rule"
    roles = f", role {endpoint.need.role}" if endpoint.need.role != "none" else ""
    return f"{endpoint.need}{roles}"


def _table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [headers, ["---"] * len(headers), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
