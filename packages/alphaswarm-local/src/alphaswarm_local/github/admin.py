"""Where a job is registered from outside the process: by whoever can read the published address file, nobody else."""

import json
import logging
from http import HTTPStatus

from pydantic import TypeAdapter, ValidationError

from alphaswarm_core.errors import AlphaSwarmError
from alphaswarm_core.identity.github.claims import NoToken
from alphaswarm_core.identity.github.jobs import WorkflowJob
from alphaswarm_local.aws import signature
from alphaswarm_local.aws.messages import HttpRequest, HttpResponse
from alphaswarm_local.github.oidc import GithubOidc

JOBS_PATH = "/_admin/jobs"
_LARGEST_JOB = 64 * 1024
_LOG = logging.getLogger("alphaswarm_local.github")
_JOB = TypeAdapter(WorkflowJob)


def job_document(job: WorkflowJob) -> bytes:
    """The job as it is sent."""
    return _JOB.dump_json(job)


class JobAdministration:
    """Registers jobs with the issuer.

    Args:
        issuer: Where they are registered.
        prefix: The path under which this is served.
        token: What a caller has to know.
        hosts: The values of `Host` that are ours.
    """

    def __init__(self, issuer: GithubOidc, prefix: str, token: str, hosts: frozenset[str]) -> None:
        self._issuer, self._path, self._token, self._hosts = issuer, prefix + JOBS_PATH, token, hosts

    def serves(self, request: HttpRequest) -> bool:
        """Whether `request` is for this place."""
        return request.raw_path == self._path

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Register the job in the body; answers the variables that its process gets. Never an exception."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if request.headers.get("host", "").lower() not in self._hosts:
            return _answer(HTTPStatus.FORBIDDEN, {"message": "This is the local cloud"})
        if scheme.lower() != "bearer" or not signature.equal(token.strip(), self._token):
            return _answer(HTTPStatus.UNAUTHORIZED, {"message": "The admin token is missing or wrong"})
        if request.method != "POST" or len(request.body) > _LARGEST_JOB:
            return _answer(HTTPStatus.BAD_REQUEST, {"message": "A job is sent with POST"})
        try:
            registered = self._issuer.register_job(_JOB.validate_json(request.body))
        except (ValidationError, AlphaSwarmError) as problem:
            return _answer(HTTPStatus.BAD_REQUEST, {"message": str(problem).splitlines()[0]})
        if isinstance(registered, NoToken):
            why = f"{registered.reason.value} {registered.detail}".strip()
            return _answer(HTTPStatus.FORBIDDEN, {"message": "The job gets no OIDC token", "why": why})
        _LOG.info("registered job %s", registered.job_id)
        return _answer(HTTPStatus.CREATED, {"job_id": registered.job_id, **registered.environment()})


def _answer(status: HTTPStatus, document: dict[str, str]) -> HttpResponse:
    headers = [("Content-Type", "application/json"), ("Cache-Control", "no-store")]
    return HttpResponse(int(status), headers, json.dumps(document).encode())
