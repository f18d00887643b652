"""Whatever is sent: no answer is a defect of ours, and each refusal has the envelope."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings

from alphaswarm_admin.application import openapi_document

from .stage import Browser, Stage

_ENDLESS = ("/admin/events", "/admin/runs/{run_id}/log/stream")
_SIGNS_OUT = ("/admin/session/development", "/admin/session/sign-out", "/admin/session/step-up")


def _answering() -> Any:
    document = openapi_document()
    paths: Any = document["paths"]
    kept = {path: operations for path, operations in paths.items() if path not in (*_ENDLESS, *_SIGNS_OUT)}
    return schemathesis.openapi.from_dict({**document, "paths": kept})


schema = _answering()


@pytest.fixture(scope="module")
def asked() -> Iterator[tuple[Stage, Browser, str]]:
    """A console with one waiting plan, and somebody who may do everything."""
    with tempfile.TemporaryDirectory() as directory:
        stage = Stage(Path(directory))
        yield stage, stage.browser("bob"), stage.plan().id
        stage.ledger.close()


@schema.parametrize()
@settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_no_answer_is_a_defect_of_ours(case: schemathesis.Case, asked: tuple[Stage, Browser, str]) -> None:
    _, browser, run_id = asked
    if "run_id" in (case.path_parameters or {}) and len(str(case.body)) % 2:
        case.path_parameters["run_id"] = run_id  # half of the requests are about something that is there
    sent = case.as_transport_kwargs(base_url="http://127.0.0.1:8900")
    named = {name: value for name, value in dict(sent["headers"] or {}).items() if name.lower() != "cookie"}
    sent["headers"] = {**named, "x-csrf-token": browser.token}
    sent.pop("cookies", None)
    answer = browser.http.request(**{name: value for name, value in sent.items() if value is not None})
    assert answer.status_code < 500, answer.text
    if answer.status_code >= 400:
        assert set(answer.json()) == {"error"}
        assert answer.json()["error"]["code"].startswith("AS-")
