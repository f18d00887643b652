"""`run` steps."""

import uuid
from pathlib import Path

from alphaswarm_local.actions.engine.shells import Shell, find_shell
from alphaswarm_local.actions.engine.step_results import StepFailed
from alphaswarm_local.actions.engine.step_work import StepWork


def run_script(work: StepWork) -> dict[str, str]:
    """Write the script to a file and run it in its shell: the step's outputs."""
    step, defaults, scope = work.step, work.frame.defaults, work.scope()
    template = step.shell or defaults.shell
    shell = find_shell(template.text(scope) if template is not None else "", work.session.search_path)
    where = step.working_directory or defaults.working_directory
    directory = _directory(work, where.text(scope) if where is not None else "")
    content = step.run.text(scope) if step.run is not None else ""
    script = work.session.layout.temp / f"{uuid.uuid4()}{shell.ending}"
    script.write_text(shell.content(content), encoding="utf-8", errors="replace")
    _announce(work, content, shell)
    try:
        return work.run(shell.arguments(script), directory=directory)
    finally:
        script.unlink(missing_ok=True)


def _directory(work: StepWork, name: str) -> Path:
    directory = work.session.layout.workspace / name
    if not directory.is_dir():
        raise StepFailed(f"The working directory {name!r} does not exist")
    return directory


def _announce(work: StepWork, content: str, shell: Shell) -> None:
    """The head of a step's log, as GitHub has it."""
    lines = content.rstrip("\n").split("\n")
    work.say(f"##[group]Run {lines[0]}")
    for line in lines:
        work.say(line)
    work.say(f"shell: {shell.shown}")
    shown = {**work.session.env, **work.frame.env, **work.own}
    if shown:
        work.say("env:")
        for name, value in shown.items():
            work.say(f"  {name}: {value}")
    work.say("##[endgroup]")
