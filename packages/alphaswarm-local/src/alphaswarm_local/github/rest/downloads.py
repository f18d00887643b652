"""Logs and artifacts: the API redirects to an address that is signed and good for a minute, without a token.

The store behind it lies within the API's own address, so that clients that follow no foreign redirect follow this one.
"""

import hashlib
import hmac
import io
import zipfile
from http import HTTPStatus
from pathlib import Path

from alphaswarm_local.github.rest.answers import Answer, Refusal, not_found
from alphaswarm_local.github.rest.routing import Call, endpoint
from alphaswarm_local.github.state.runs import Run

GOOD_SECONDS = 60
_PATH = "/_store/{expires}/{signature}/{place+}"


def redirect(call: Call, place: str) -> Answer:
    """To the bytes of `runs/ID`, `jobs/ID` or `artifacts/ID`."""
    expires = int(call.hub.store.now().timestamp()) + GOOD_SECONDS
    signature = _signature(call, expires, place)
    return Answer(
        HTTPStatus.FOUND, headers={"Location": f"{call.hub.addresses.api}/_store/{expires}/{signature}/{place}"}
    )


@endpoint("GET", _PATH, None, "The bytes of logs and artifacts")
def stored(call: Call) -> Answer:
    """For whoever has the signed address, while it is good."""
    expires, place = call.number("expires"), call.path["place"]
    good = hmac.compare_digest(_signature(call, expires, place), call.path["signature"])
    if not good or call.hub.store.now().timestamp() > expires:
        raise Refusal(HTTPStatus.FORBIDDEN, "Server failed to authenticate the request.")
    kind, _, number = place.partition("/")
    content, media_type = _content(call, kind, int(number))
    return Answer(content=content, headers={"Content-Type": media_type})


def _content(call: Call, kind: str, number: int) -> tuple[bytes, str]:
    with call.hub.store as records:
        if kind == "artifacts" and (artifact := records.artifacts.get(number)) is not None:
            return Path(artifact.path).read_bytes(), "application/zip"
        if kind == "runs" and number in records.runs:
            return archive(records.runs[number]), "application/zip"
        for run in records.runs.values():
            if kind == "jobs" and number in run.jobs:
                return run.jobs[number].text().encode("utf-8", "replace"), "text/plain; charset=utf-8"
    raise not_found()


def archive(run: Run) -> bytes:
    """The logs of the latest attempt, a file a job; names of jobs become no paths."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        for number, job in enumerate(run.latest_jobs()):
            name = "".join(letter if letter.isalnum() or letter in " -_()" else "_" for letter in job.name)
            file.writestr(f"{number}_{name}.txt", job.text())
    return packed.getvalue()


def _signature(call: Call, expires: int, place: str) -> str:
    return hmac.new(call.hub.store_key, f"{expires}:{place}".encode("utf-8", "replace"), hashlib.sha256).hexdigest()
