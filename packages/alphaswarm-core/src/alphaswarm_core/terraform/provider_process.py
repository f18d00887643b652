"""One provider process for a whole plan.

Terraform starts its providers anew for every command, hashes and loads hundreds of megabytes, and asks for the schema
each time: most of the time of a plan. A provider that runs in its debug mode serves any number of commands, and
Terraform is told to reattach to it (`TF_REATTACH_PROVIDERS`). Two conditions make that safe, and both are checked:

- the stack configures the provider exactly once; a reattached process holds one configuration, so with an alias the
  last one would win, and resources would be planned in the wrong account or region;
- the package is the one in the lock file, which Terraform does not check for reattached providers.

It is used for plans only: an apply keeps providers that live and die with Terraform itself.
"""

import contextlib
import re
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from alphaswarm_core.terraform.engines.processes import start_process, stop_process, wait_process
from alphaswarm_core.terraform.providers import LockedProvider, check_package, host_platform
from alphaswarm_core.terraform.spec import StackSpec

REUSABLE: Mapping[str, str] = {"registry.terraform.io/hashicorp/aws": "aws"}
"""Providers that are known to serve several commands from one process, with their local names."""

_ANNOUNCEMENT = re.compile(rb"TF_REATTACH_PROVIDERS='(\{.*\})'")
_START_SECONDS = 20.0
_POLL_SECONDS = 0.005
_STOP_SECONDS = 2.0


def reusable_package(
    spec: StackSpec, locked: tuple[LockedProvider, ...], data: Path
) -> tuple[LockedProvider, Path] | None:
    """The installed package of a provider that may serve a whole plan; None where that is not provably safe."""
    for provider in locked:
        local_name = REUSABLE.get(provider.source)
        package = data / "providers" / provider.source / provider.version / host_platform()
        if local_name and spec.configures_once(local_name) and package.is_dir():
            return provider, package
    return None


@contextlib.contextmanager
def running_provider(
    provider: LockedProvider, package: Path, environment: Mapping[str, str], *, memory: Path
) -> Iterator[str | None]:
    """Run `provider` and yield the value for `TF_REATTACH_PROVIDERS`; None when it does not offer one.

    Raises:
        ProviderMissingError: the package is not the one that the lock file pins.
    """
    check_package(package, provider, memory)
    with tempfile.TemporaryDirectory(prefix="as-") as name:  # short: the path of a Unix socket has 108 bytes at most
        said = Path(name) / "said"  # a file: a pipe that nobody empties would block a provider that goes on talking
        with said.open("wb") as stdout:
            process = start_process(
                [str(_executable(package)), "-debug"],
                directory=package,
                environment={**environment, "TMPDIR": name},
                stdout=stdout,
                on_our_death=signal.SIGKILL,
            )
        try:
            yield _announcement(process, said)
        finally:
            stop_process(process, _STOP_SECONDS)


def _executable(package: Path) -> Path:
    return next(path for path in sorted(package.iterdir()) if path.name.startswith("terraform-provider-"))


def _announcement(process: subprocess.Popen[bytes], said: Path) -> str | None:
    """What the provider prints when it is ready; None when it does not within its time or ends."""
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and wait_process(process, _POLL_SECONDS) is None:
        if found := _ANNOUNCEMENT.search(said.read_bytes()):
            return found.group(1).decode()
    return None
