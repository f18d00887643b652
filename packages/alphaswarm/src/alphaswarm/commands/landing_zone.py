"""`alphaswarm landing-zone`: the trees that native Terraform applies, planned in one job and applied in another."""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from alphaswarm.composition import Session, options, say_target, session
from alphaswarm.following import followed
from alphaswarm.job_outputs import write_outputs
from alphaswarm.native import NativeRoot, native_terraform
from alphaswarm.output import details
from alphaswarm.plan_text import headline
from alphaswarm.policy_text import policy_text
from alphaswarm_core.errors import ConfigurationError, RefusedError, UsageError
from alphaswarm_core.target import Target

if TYPE_CHECKING:
    from alphaswarm_core.delivery.kept_plans import KeptPlans

ENVIRONMENT = click.option("--env", "environment", required=True, metavar="ENV", help="Whose account.")
TREE = click.option("--tree", metavar="TREE", help="Which tree (default: the only one that native Terraform applies).")


@click.group(name="landing-zone")
def landing_zone() -> None:
    """Plan and apply the landing zone with native Terraform, in the pipeline: exactly the plan that was looked at."""


@landing_zone.command()
@ENVIRONMENT
@TREE
@click.option(
    "--keep",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="The directory that the plans are kept in, for the job that applies them.",
)
@click.option("--news", type=click.Path(path_type=Path, dir_okay=False), help="What may be shown of them, as JSON.")
@click.option("--outputs", is_flag=True, help="Write digest and changes to the job's outputs ($GITHUB_OUTPUT).")
@options(target=True)
def plan(environment: str, *, tree: str | None, keep: Path, news: Path | None, outputs: bool, **common: Any) -> None:
    """Plan each root module of the tree, have the policy judge it, and keep what is to be applied.

    Takes no lock and writes no state: the plan role may not. Exits with 3 when the policy denies a plan. In a new
    account a root module that reads what an earlier one has still to publish waits: apply, then plan once more.
    """
    here = session(**common)
    tree = _native_tree(here, tree)
    say_target(here, environment)
    with _roots(here, tree, environment, values=("-lock=false",)) as roots:
        planned = _plan_all(here, roots, tree, environment)
    kept = _keep(here, planned, tree, environment, keep)
    document = {
        "tree": tree,
        "environment": environment,
        "digest": kept.digest(),
        "changes": str(bool(kept.plans)).lower(),
        "summary": headline(planned.news["summary"]),
        "waiting": planned.waiting,
    }
    if news:
        _write_news(news, planned.news)
    if outputs:
        write_outputs({name: str(document[name]) for name in ("digest", "changes")})
    here.output.result("landing-zone-plan/v1", document, details(document))


@landing_zone.command()
@ENVIRONMENT
@TREE
@click.option(
    "--kept",
    "directory",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    required=True,
    help="The directory of the kept plans.",
)
@click.option("--digest", required=True, help="What the planning job said that their digest is.")
@options(target=True)
def apply(environment: str, *, tree: str | None, directory: Path, digest: str, **common: Any) -> None:
    """Apply the kept plans, in their order. Refuses (exit 3) what is not byte for byte what was planned."""
    from alphaswarm.protected_environment import require_protected
    from alphaswarm_core.delivery.kept_plans import require_bytes

    here = session(**common)
    tree = _native_tree(here, tree)
    say_target(here, environment)
    require_protected(here, environment)
    kept = _read_kept(here, directory, digest, tree, environment)
    done: dict[str, str] = {}
    with _roots(here, tree, environment) as roots:
        # All of them before the first: a stack is not left half applied because its last plan was exchanged.
        contents = [_content(directory / each.file) for each in kept.plans]
        for each, content in zip(kept.plans, contents, strict=True):
            require_bytes(each, content)
        for each, content in zip(kept.plans, contents, strict=True):
            root = roots[each.directory]
            here.output.narrate(f"Applying {each.directory}")
            root.init()
            _write_private(root.saved, content)
            done[each.directory] = root.apply()
    document = {"tree": tree, "environment": environment, "applied": done}
    here.output.result("landing-zone-apply/v1", document, details(done) or "Nothing was to be done.")


@dataclass(frozen=True, slots=True)
class _Planned:
    """The root modules whose plan has something to do, in their order, and what may be shown of all.

    `waiting` is the first one that cannot be planned before these are applied.
    """

    roots: dict[str, NativeRoot]
    news: dict[str, Any]
    waiting: str | None = None


def _native_tree(here: Session, named: str | None) -> str:
    native = [name for name, tree in here.settings.trees.items() if tree.applied_by == "terraform"]
    if named is None and len(native) == 1:
        return native[0]
    if named not in native:
        raise UsageError(
            f"'{named}' is no tree that native Terraform applies" if named else "Which tree is not clear",
            fix=f"One of: --tree {', '.join(native)}; the app tier is applied by: alphaswarm deploy",
        )
    return str(named)


@contextlib.contextmanager
def _roots(here: Session, tree: str, environment: str, values: tuple[str, ...] = ()) -> Iterator[dict[str, NativeRoot]]:
    _require_pipeline(here)
    modules = here.settings.root_modules(tree, environment)
    with followed(here.output) as (progress, stop):
        terraform = native_terraform(here, here.cloud_environment(environment), progress, stop)
        base = here.settings.home_path / "native"
        yield {
            each: NativeRoot(terraform, here.settings.root / each, base / each.replace("/", "-"), values=values)
            for each in modules
        }


def _require_pipeline(here: Session) -> None:
    """A shared landing zone is changed where people agree to it, never from a workstation."""
    from alphaswarm_core.identity.actor import is_workflow_job

    if here.settings.target is Target.AWS and not is_workflow_job(os.environ):
        raise RefusedError(
            "The landing zone is planned and applied by terraform-pipeline.yml", why="this is no job of it",
            fix="Dispatch terraform-pipeline.yml with tree=infrastructure",
        )  # fmt: skip


def _plan_all(here: Session, roots: dict[str, NativeRoot], tree: str, environment: str) -> _Planned:
    from alphaswarm_core.terraform.errors import HandleMissingError
    from alphaswarm_core.terraform.policing import judge

    changed: dict[str, NativeRoot] = {}
    merged = _News()
    for directory, root in roots.items():
        here.output.narrate(f"Planning {directory}")
        root.init()
        try:
            changes = root.plan()
        except HandleMissingError as missing:
            if not changed:
                raise
            # An account's first time: what is read here is published by an apply that is planned, and not done yet.
            here.output.narrate(f"{directory} waits: {missing.what}. Apply this plan, then plan once more")
            return _Planned(changed, merged.document(), waiting=directory)
        here.output.narrate(f"{directory}: {changes or 'nothing to do'}")
        document = root.show()
        verdict = judge(here.settings, tree, environment, document)
        here.output.narrate(policy_text(verdict.as_document()))
        verdict.require()
        merged.add(document, verdict.as_document(), f"{directory.rpartition('/')[2]}/" if len(roots) > 1 else "")
        if changes is not None:
            changed[directory] = root
    return _Planned(changed, merged.document())


class _News:
    """What may be shown of several plans of one stack, put together."""

    def __init__(self) -> None:
        self._summary: dict[str, Any] = {}
        self._changes: list[dict[str, Any]] = []
        self._policy: dict[str, Any] = {}

    def add(self, document: dict[str, Any], verdict: dict[str, Any], prefix: str) -> None:
        """One more plan; `prefix` says in addresses which it is."""
        from alphaswarm_core.terraform.plan import parse_plan

        plan = parse_plan(document)
        summary = plan.summary()
        for name in ("destroys", "replaces", "drifted"):
            summary[name] = [f"{prefix}{each}" for each in summary[name]]  # type: ignore[union-attr]
        self._changes += [
            {
                "address": f"{prefix}{each.address}",
                "action": each.action.value,
                "reason": each.reason,
                "before": each.before,
                "after": each.after,
            }
            for each in plan.changes
        ]
        self._summary, self._policy = _together(self._summary, summary), _together(self._policy, verdict)

    def document(self) -> dict[str, Any]:
        """As `plan-comment` reads it."""
        return {
            "schema": "alphaswarm/plan/v1",
            "run": None,
            "summary": self._summary,
            "changes": self._changes,
            "policy": self._policy,
        }


def _together(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """Counts are added, lists joined, truths all needed; texts are the same in both."""
    if not one:
        return dict(other)
    joined: dict[str, Any] = {}
    for name in one | other:
        left, right = one.get(name), other.get(name)
        if left is None or right is None:
            joined[name] = right if left is None else left
        elif isinstance(left, dict):
            joined[name] = _together(left, right)
        elif isinstance(left, bool):
            joined[name] = left and right
        else:
            joined[name] = left if isinstance(left, str) else left + right
    return joined


def _keep(here: Session, planned: _Planned, tree: str, environment: str, place: Path) -> "KeptPlans":
    import hashlib

    from alphaswarm_core.delivery.kept_plans import LIST, KeptPlan, KeptPlans
    from alphaswarm_core.source_revision import source_revision

    commit = source_revision(here.settings.root, os.environ).commit
    if commit is None:
        raise ConfigurationError("Nothing says which commit this is", fix="Plan in a git checkout")
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    plans = []
    for number, (directory, root) in enumerate(planned.roots.items()):
        content = _content(root.saved)
        _write_private(place / f"{number}.tfplan", content)
        plans.append(KeptPlan(directory, f"{number}.tfplan", hashlib.sha256(content).hexdigest()))
        root.saved.unlink()
    kept = KeptPlans(tree, environment, commit, tuple(plans))
    _write_private(place / LIST, kept.content())
    return kept


def _read_kept(here: Session, directory: Path, digest: str, tree: str, environment: str) -> "KeptPlans":
    from alphaswarm_core.delivery.kept_plans import LIST, read_kept_plans, require_for
    from alphaswarm_core.source_revision import source_revision

    kept = read_kept_plans(_content(directory / LIST), digest)
    commit = source_revision(here.settings.root, os.environ).commit
    modules = here.settings.root_modules(tree, environment)
    require_for(kept, tree=tree, environment=environment, commit=commit, modules=modules)
    return kept


def _content(path: Path) -> bytes:
    from alphaswarm_core.delivery.kept_plans import KeptPlanError

    try:
        return path.read_bytes()
    except OSError as error:
        raise KeptPlanError(f"{path.name} cannot be read", why=error.strerror, fix="Plan anew") from error


def _write_private(path: Path, content: bytes) -> None:
    """A plan holds what a state holds: nobody but this user reads it."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_bytes(content)


def _write_news(path: Path, news: dict[str, Any]) -> None:
    import json

    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(news, default=str), encoding="utf-8")
