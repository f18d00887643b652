"""A workflow as a Mermaid flowchart: events, jobs and what their tokens may, environments as gates, calls."""

from collections.abc import Iterator, Mapping

from alphaswarm_local.actions.drawing.reading import Drawable
from alphaswarm_local.actions.workflow.model import Job, Workflow

_ESCAPED = {"&": "&amp;", '"': "&quot;", "<": "&lt;", ">": "&gt;"}


def mermaid(drawable: Drawable) -> str:
    """The flowchart, from the events on the left to the last jobs on the right."""
    return "\n".join(["flowchart LR", *_Drawing(drawable).lines()]) + "\n"


def permissions_text(job: Job, workflow: Workflow) -> str:
    """What the token of a job may, in words."""
    stated = job.permissions if job.permissions is not None else workflow.permissions
    if stated is None:
        return "default permissions"
    return ", ".join(f"{name}: {level}" for name, level in sorted(stated.items())) or "no permissions"


class _Drawing:
    def __init__(self, drawable: Drawable) -> None:
        self._drawable = drawable
        self._numbers: dict[str, str] = {}

    def lines(self) -> Iterator[str]:
        workflow = self._drawable.workflow
        yield f'    events(["{_text(", ".join(workflow.triggers.events))}"])'
        yield from self._graph(self._drawable, "", 1, inherited=None)
        for job in workflow.jobs.values():
            if not job.needs:
                yield f"    events --> {self._entry(job, '')}"

    def _graph(self, drawable: Drawable, prefix: str, depth: int, inherited: str | None) -> Iterator[str]:
        pad = "    " * depth
        for job in drawable.workflow.jobs.values():
            yield from self._job(job, drawable, prefix, depth, inherited)
        for job in drawable.workflow.jobs.values():
            for need in job.needs:
                yield f"{pad}{self._node(prefix + need)} --> {self._entry(job, prefix)}"

    def _job(self, job: Job, drawable: Drawable, prefix: str, depth: int, inherited: str | None) -> Iterator[str]:
        pad, node = "    " * depth, self._node(prefix + job.id)
        may = permissions_text(job, drawable.workflow)
        may = inherited if inherited is not None and may == "default permissions" else may
        if job.environment is not None:
            gate = self._entry(job, prefix)
            yield f'{pad}{gate}{{{{"{_text(job.environment.name.source)}"}}}} --> {node}'
        if job.call is None:
            yield f'{pad}{node}["{_text(_title(job))}<br/><small>{_text(may)}</small>"]'
        elif job.call.uses in drawable.calls:
            yield f'{pad}subgraph {node} ["{_text(_title(job))}: {_text(job.call.uses)}"]'
            yield from self._graph(drawable.calls[job.call.uses], f"{prefix}{job.id}/", depth + 1, may)
            yield f"{pad}end"
        else:
            yield f'{pad}{node}[["{_text(_title(job))}: {_text(job.call.uses)}<br/><small>{_text(may)}</small>"]]'

    def _node(self, key: str) -> str:
        """A name that Mermaid takes; ids of jobs may be its own words, such as `end`."""
        return self._numbers.setdefault(key, f"job{len(self._numbers) + 1}")

    def _entry(self, job: Job, prefix: str) -> str:
        """Where the way into a job leads: through its environment, if it has one."""
        node = self._node(prefix + job.id)
        return f"{node}_gate" if job.environment is not None else node


def _title(job: Job) -> str:
    title = job.name.source if job.name is not None else job.id
    return f"{title} (matrix)" if job.strategy is not None else title


def _text(text: str) -> str:
    return "".join(_ESCAPED.get(letter, letter) for letter in text.replace("\n", " "))


def described(drawable: Drawable) -> list[Mapping[str, object]]:
    """The jobs as data, those of called workflows inside the job that calls."""
    return [_job_document(job, drawable) for job in drawable.workflow.jobs.values()]


def _job_document(job: Job, drawable: Drawable) -> Mapping[str, object]:
    uses = job.call.uses if job.call is not None else None
    return {
        "id": job.id,
        "needs": list(job.needs),
        "environment": job.environment.name.source if job.environment is not None else None,
        "permissions": permissions_text(job, drawable.workflow),
        "uses": uses,
        "jobs": described(drawable.calls[uses]) if uses in drawable.calls and uses is not None else [],
    }
