"""From what Terraform says to an error with cause and fix, and never from something else."""

import dataclasses
import json
from pathlib import Path

import pytest

from alphaswarm_core.adapters.state_locks import StateLockUnreadableError, read_state_lock
from alphaswarm_core.terraform.errors import (
    CloudUnreachableError,
    EngineFailedError,
    EngineInterruptedError,
    EngineTimeoutError,
    HandleMissingError,
    ProviderMissingError,
    StalePlanError,
    StateLockedError,
)
from alphaswarm_core.terraform.events import Diagnostic, parse_event
from alphaswarm_core.terraform.execution import Outcome
from alphaswarm_core.terraform.failures import failure_of, is_transient, lock_information
from alphaswarm_core.terraform.plan_file import ArtifactStoreError
from alphaswarm_core.terraform.stack_data import BackendConfig

LOG = Path("/runs/x/engine.log")

LOCKED = """ConditionalCheckFailedException
Lock Info:
  ID:        0b0d5c9e-8f3a-7c2b-1a55-0d8e1c6f2a10
  Path:      bucket/key
  Operation: OperationTypeApply
  Who:       ann@laptop
  Version:   1.11.4
  Created:   2025-01-31 08:15:00.123456789 +0000 UTC
  Info:

Terraform acquires a state lock to protect the state."""

HANDLES = (
    "Not published: /alphaswarm/dev/vpc_id, /alphaswarm/dev/public_subnet_ids - these handles come from "
    "infrastructure/envs/admin-dev. Apply that root module first."
)


def outcome(*diagnostics: Diagnostic, code: int = 1) -> Outcome:
    return Outcome(code, stopped=False, timed_out=False, diagnostics=diagnostics)


def error(summary: str, detail: str = "", **more: str) -> Diagnostic:
    return Diagnostic("error", summary, detail, **more)


@pytest.mark.parametrize(
    ("diagnostic", "kind", "words"),
    [
        (error("Resource postcondition failed", HANDLES), HandleMissingError, "/alphaswarm/dev/vpc_id"),
        (error("Error acquiring the state lock", LOCKED), StateLockedError, "0b0d5c9e"),
        (error("Saved plan is stale", "The given plan file can no longer be applied"), StalePlanError, "stale"),
        (
            error("Failed to query available provider packages", "Could not retrieve the list"),
            ProviderMissingError,
            "provider packages",
        ),
        (error("Failed to write plan file", "write plan: file too large"), ArtifactStoreError, "plan file"),
        (error("Failed to save state", "write x: no space left on device"), ArtifactStoreError, "save state"),
        (error("Required plugins are not installed", "…"), ProviderMissingError, "plugins"),
        (error("Inconsistent dependency lock file", "…"), ProviderMissingError, "lock file"),
        (
            error("reading SSM", 'Get "http://127.0.0.1:4566/": dial tcp 127.0.0.1:4566: connect: connection refused'),
            CloudUnreachableError,
            "127.0.0.1:4566",
        ),
    ],
)
def test_known_failures_have_an_error_of_their_own(diagnostic: Diagnostic, kind: type, words: str) -> None:
    found = failure_of(outcome(diagnostic), step="plan", log=LOG)

    assert type(found) is kind
    assert words in found.what
    assert found.fix


def test_holder_of_a_lock_is_named_with_since_when() -> None:
    found = failure_of(outcome(error("Error acquiring the state lock", LOCKED)), step="apply", log=LOG)

    assert found.why == "held by ann@laptop since 2025-01-31 08:15:00.123456789 +0000 UTC for OperationTypeApply"
    assert lock_information(LOCKED)["id"] == "0b0d5c9e-8f3a-7c2b-1a55-0d8e1c6f2a10"


@pytest.mark.parametrize(
    "diagnostic",
    [
        error("creating SSM Parameter (/alphaswarm/dev/vpc_id)", "AccessDenied"),
        error("dial tcp 52.1.2.3:443: connection refused"),
        error("Invalid function argument"),
    ],
)
def test_other_failures_are_told_in_terraforms_own_words(diagnostic: Diagnostic) -> None:
    found = failure_of(outcome(diagnostic), step="apply", log=LOG)

    assert type(found) is EngineFailedError
    assert diagnostic.summary in found.what
    assert str(LOG) in str(found.fix)


def test_place_address_and_further_errors_are_named() -> None:
    first = error("Bad", "because", address="aws_vpc.this", place="main.tf:7")

    found = failure_of(outcome(first, error("Worse")), step="plan", log=LOG)

    assert found.what == "Terraform plan: aws_vpc.this: Bad (main.tf:7)"
    assert found.why == "because\nalso: Worse"


@pytest.mark.parametrize(("code", "words"), [(-9, "was killed by signal 9"), (3, "ended with 3")])
def test_engine_that_gave_no_reason_is_said_to_have_given_none(code: int, words: str) -> None:
    assert words in failure_of(outcome(code=code), step="plan", log=LOG).what


def test_stop_goes_before_time_limit_before_what_was_said() -> None:
    said = outcome(error("Error acquiring the state lock", LOCKED))

    late = failure_of(dataclasses.replace(said, timed_out=True), step="apply", log=LOG)
    stopped = failure_of(dataclasses.replace(said, timed_out=True, stopped=True), step="apply", log=LOG)

    assert type(late) is EngineTimeoutError
    assert "apply_timeout_seconds" in str(late.fix)
    assert type(stopped) is EngineInterruptedError


@pytest.mark.parametrize("text", ["connection reset by peer", "502 Bad Gateway", "TLS handshake timeout", "HTTP 429"])
def test_failures_of_the_network_are_transient(text: str) -> None:
    assert is_transient([error(text)])


@pytest.mark.parametrize(
    "diagnostics",
    [[], [error("Invalid provider")], [error("502 Bad Gateway"), error("Invalid provider")], [error("port 50234")]],
)
def test_other_failures_are_not_tried_again(diagnostics: list[Diagnostic]) -> None:
    assert not is_transient(diagnostics)


@pytest.mark.parametrize("line", ["", "plain text", "[]", "7", '{"type": "log"}', "{", "null"])
def test_line_that_is_no_event_is_none(line: str) -> None:
    assert parse_event(line) is None


def test_lock_of_a_local_state_is_read_beside_it(tmp_path: Path) -> None:
    backend = BackendConfig("local", {"path": "../state/dev.tfstate"})
    (tmp_path / "stack").mkdir()
    (tmp_path / "state").mkdir()
    assert read_state_lock(backend, tmp_path / "stack", {}) is None
    lock = tmp_path / "state/.dev.tfstate.lock.info"
    lock.write_text(json.dumps({"ID": "x", "Who": "ann"}))

    assert read_state_lock(backend, tmp_path / "stack", {}) == {"id": "x", "who": "ann"}


def test_lock_that_is_none_of_terraforms_is_an_error(tmp_path: Path) -> None:
    (tmp_path / ".terraform.tfstate.lock.info").write_text("[]")

    with pytest.raises(StateLockUnreadableError):
        read_state_lock(BackendConfig("local", {}), tmp_path, {})


def test_lock_of_a_backend_that_is_not_known_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(StateLockUnreadableError, match="'consul'"):
        read_state_lock(BackendConfig("consul", {}), tmp_path, {})
