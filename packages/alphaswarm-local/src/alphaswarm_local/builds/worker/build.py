"""One build from its log stream to its end: the phases in their order, each told as it begins and ends."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from alphaswarm_local.builds.buildspec import (
    Buildspec,
    BuildspecError,
    FailureAction,
    OnFailure,
    PhaseSpec,
    parse_buildspec,
)
from alphaswarm_local.builds.phases import Context, Phase, Status, following
from alphaswarm_local.builds.worker import artifacts
from alphaswarm_local.builds.worker.cache import LocalCache
from alphaswarm_local.builds.worker.cloud import Cloud, CloudError
from alphaswarm_local.builds.worker.events import Events
from alphaswarm_local.builds.worker.failures import PhaseFailedError, client_error
from alphaswarm_local.builds.worker.log import BuildLog
from alphaswarm_local.builds.worker.masking import Mask
from alphaswarm_local.builds.worker.orders import Orders
from alphaswarm_local.builds.worker.processes import InterruptedBuildError, Processes
from alphaswarm_local.builds.worker.shell import Shell
from alphaswarm_local.builds.worker.source import SourceCopy, describes
from alphaswarm_local.builds.worker.variables import Variables

_COMMANDS: Mapping[Phase, str] = {
    Phase.INSTALL: "install",
    Phase.PRE_BUILD: "pre_build",
    Phase.BUILD: "build",
    Phase.POST_BUILD: "post_build",
}
_SHOWN = 1000


class Build:
    """A build.

    Args:
        orders: What to do.
        events: Whom to tell.
        lifeline: A pipe that ends when the local cloud does.
    """

    def __init__(self, orders: Orders, events: Events, lifeline: int) -> None:
        self._orders, self._events = orders, events
        self._mask = Mask()
        self._mask.add(orders.credentials_token)
        self._cloud = Cloud(
            orders.endpoint, orders.region, orders.credentials_url, orders.credentials_token, self._mask.add
        )
        self._log = BuildLog(self._cloud, orders.log_group, orders.log_stream, self._mask)
        self._cache = LocalCache(orders.cache, self._log.say)
        self._captured: bytearray | None = None
        self._processes = Processes(orders.seconds, lifeline, self._take, self._log.tick, events.running)
        root = Path(orders.scratch)
        self._places = {name: root / name for name in ("src", "home", "tmp", "state")}
        self._spec = Buildspec({})
        self._shell: Shell | None = None
        self._succeeding = True

    def run(self) -> None:
        """Run all phases. QUEUED lasts already: it is over when there is somewhere to write a log."""
        phase = Phase.QUEUED
        try:
            while phase is not Phase.COMPLETED:
                if phase is not Phase.QUEUED:
                    self._events.began(phase)
                context, action = self._attempt(phase)
                self._succeeding = self._succeeding and context is None
                phase = following(phase, failed=context is not None, action=action)
        except InterruptedBuildError as interruption:
            self._say_end(phase, interruption.status, interruption.context)
            self._close_log()
            self._events.ended(interruption.status, interruption.context)
        self._events.began(Phase.COMPLETED)

    def _attempt(self, phase: Phase) -> tuple[Context | None, FailureAction]:
        """Run one phase; why it failed, and what its `on-failure` is."""
        work: dict[Phase, Callable[[], None]] = {
            Phase.QUEUED: self._open_log,
            Phase.PROVISIONING: self._provision,
            Phase.DOWNLOAD_SOURCE: self._download,
            Phase.UPLOAD_ARTIFACTS: self._upload,
            Phase.FINALIZING: self._finalize,
        }
        self._processes.check()
        action = FailureAction.DEFAULT
        try:
            if phase in work:
                work[phase]()
            else:
                spec = self._spec.phases.get(_COMMANDS[phase], PhaseSpec())
                action = spec.on_failure.action
                self._run_phase(phase, spec)
        except PhaseFailedError as failure:
            return self._failed(phase, failure.context), action
        if phase not in (Phase.QUEUED, Phase.FINALIZING):
            self._say_end(phase, Status.SUCCEEDED, Context())
        self._events.ended(Status.SUCCEEDED)
        return None, action

    def _failed(self, phase: Phase, context: Context) -> Context:
        masked = Context(context.code, self._mask(context.message))
        self._say_end(phase, Status.FAILED, masked)
        self._events.ended(Status.FAILED, masked)
        return masked

    def _open_log(self) -> None:
        try:
            self._log.open()
        except CloudError as problem:
            message = (
                f"Service role {self._orders.role_arn} does not allow AWS CodeBuild to create Amazon CloudWatch Logs "
                f"log streams for build {self._orders.build_arn}. Error message: {problem.message}"
            )
            raise PhaseFailedError("ACCESS_DENIED", message) from problem

    def _provision(self) -> None:
        for place in self._places.values():
            place.mkdir(mode=0o700)
        for sentence in (*self._orders.notes, describes(self._orders.source)):
            self._log.say(sentence)

    def _download(self) -> None:
        self._log.say("Waiting for DOWNLOAD_SOURCE")
        source = SourceCopy(self._orders, self._places["src"], self._cloud, self._git)
        resolved = source.fetch()
        if resolved:
            self._events.resolved(resolved)
        self._log.say(f"CODEBUILD_SRC_DIR={self._places['src']}")
        try:
            self._spec = parse_buildspec(source.buildspec())
        except BuildspecError as problem:
            raise PhaseFailedError("YAML_FILE_ERROR", ". ".join(filter(None, (problem.what, problem.fix)))) from problem
        for note in self._spec.notes:
            self._log.say(f"Without effect here: {note}")
        self._cache.link(self._spec.cached, self._places["src"])
        self._log.say("Processing environment variables")
        self._shell = self._prepared_shell(resolved)

    def _prepared_shell(self, resolved: str) -> Shell:
        given = Variables(self._cloud, self._mask).of(self._spec, self._orders.variables)
        orders, places = self._orders, self._places
        shell = Shell(self._spec.shell, places["state"], places["src"], self._processes, orders.build_id)
        shell.set_variables(
            {
                "PATH": orders.path,
                "HOME": str(places["home"]),
                "TMPDIR": str(places["tmp"]),
                "LANG": "C.UTF-8",
                "AWS_DEFAULT_REGION": orders.region,
                "AWS_REGION": orders.region,
                **given,
                **orders.built_in,
                "CODEBUILD_SRC_DIR": str(places["src"]),
                **({"CODEBUILD_RESOLVED_SOURCE_VERSION": resolved} if resolved else {}),
                # Last, whatever the project says: a build of the local cloud talks with the local cloud alone.
                "AWS_ENDPOINT_URL": orders.endpoint,
                "AWS_EC2_METADATA_DISABLED": "true",
                "AWS_CONTAINER_CREDENTIALS_FULL_URI": orders.credentials_url,
                "AWS_CONTAINER_AUTHORIZATION_TOKEN": orders.credentials_token,
            }
        )
        return shell

    def _run_phase(self, phase: Phase, spec: PhaseSpec) -> None:
        """Commands, then `finally`; all of it again where `on-failure` says so and the message fits."""
        self._log.say(f"Entering phase {phase}")
        tries = 0
        while True:
            try:
                self._run_once(spec)
            except PhaseFailedError as failure:
                if not _again(spec.on_failure, tries, failure.context):
                    raise
                tries += 1
                self._log.say(
                    f"Retrying phase {phase}, {tries} of {spec.on_failure.retries}: {failure.context.message}"
                )
                continue
            return

    def _run_once(self, spec: PhaseSpec) -> None:
        failure: PhaseFailedError | None = None
        for commands in (spec.commands, spec.final):
            try:
                for command in commands:
                    self._run_command(command, succeeding=self._succeeding and failure is None)
            except PhaseFailedError as problem:
                failure = failure or problem
        if failure is not None:
            raise failure

    def _run_command(self, command: str, *, succeeding: bool) -> None:
        if self._shell is None:
            raise AssertionError("commands run after DOWNLOAD_SOURCE")
        self._log.say(f"Running command {command}")
        code = self._shell.run(command, succeeding=succeeding)
        if code != 0:
            self._log.say(f"Command did not exit successfully {command} exit status {code}")
            shown = command if len(command) <= _SHOWN else f"{command[:_SHOWN]}…"
            message = f"Error while executing command: {shown}. Reason: exit status {code}"
            raise PhaseFailedError("COMMAND_EXECUTION_ERROR", message)

    def _upload(self) -> None:
        """Nothing for a project without artifacts."""
        project, spec = self._orders.artifacts, self._spec.artifacts
        if project.get("type") != "S3":
            return
        if spec is None:
            raise client_error("The project uploads artifacts, and the buildspec names none")
        name = str(project.get("name") or self._orders.build_id.partition(":")[0])
        if project.get("overrideArtifactName") and spec.name and self._shell:
            name = self._shell.value(spec.name)
        files = artifacts.find_files(spec, self._places["src"])
        self._log.say(f"Uploading {len(files)} files")
        uploaded = artifacts.upload(self._cloud, project, name, files, self._orders.build_arn, self._orders.uuid)
        self._events.uploaded(uploaded)

    def _finalize(self) -> None:
        if self._shell is not None and self._spec.exported:
            values = [(name, self._mask(self._shell.value(f"${{{name}-}}"))) for name in self._spec.exported]
            self._events.exported(values)
        try:
            self._log.close()
        except CloudError as problem:
            raise client_error(f"The log could not be written to {self._orders.log_group}: {problem}") from problem

    def _say_end(self, phase: Phase, status: Status, context: Context) -> None:
        self._log.say(f"Phase complete: {phase} State: {status}")
        self._log.say(f"Phase context status code: {context.code} Message: {context.message}")

    def _close_log(self) -> None:
        """Deliver what there is. The build ends anyhow; a log that cannot be written does not change how."""
        try:
            self._log.close()
        except CloudError:
            return

    def _git(self, command: list[str], environment: dict[str, str]) -> tuple[int, str]:
        """Run git for the source; what it says goes into a failure and not into the log."""
        self._captured = bytearray()
        try:
            code = self._processes.run(command, environment, self._places["tmp"])
            return code, self._captured.decode(errors="replace")
        except OSError as problem:
            raise client_error(f"git cannot be run: {problem}") from problem
        finally:
            self._captured = None

    def _take(self, output: bytes) -> None:
        if self._captured is None:
            self._log.write(output)
        else:
            self._captured += output


def _again(on_failure: OnFailure, tries: int, context: Context) -> bool:
    return tries < on_failure.retries and on_failure.retries_after(context.message)


def read_orders(lifeline: int) -> Orders:
    """The one line that the local cloud sends; afterwards the pipe says only that it is still there."""
    line = bytearray()
    while not line.endswith(b"\n"):
        chunk = os.read(lifeline, 64 * 1024)
        if not chunk:
            raise SystemExit("the local cloud went away before it said what to build")
        line += chunk
    os.set_blocking(lifeline, False)
    return Orders.from_line(bytes(line))
