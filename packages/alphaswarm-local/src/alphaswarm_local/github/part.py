"""GitHub as a part of the local cloud: issuer, REST API, git over HTTP, and its control."""

import os

from alphaswarm_core.local_address import GITHUB_PATH
from alphaswarm_local.aws.messages import HttpRequest, HttpResponse
from alphaswarm_local.github.admin import JobAdministration
from alphaswarm_local.github.control import Control
from alphaswarm_local.github.git_http import GitHttp
from alphaswarm_local.github.places import directory_of
from alphaswarm_local.github.rest.api import RestApi
from alphaswarm_local.github.rest.faults import Faults
from alphaswarm_local.github.setting_up import declare, make_hub
from alphaswarm_local.pip_settings import environment_for_jobs, environment_of_pip
from alphaswarm_local.world import Part, World

API_PATH, GIT_PATH, CONTROL_PATH = f"{GITHUB_PATH}/api/v3", f"{GITHUB_PATH}/git", f"{GITHUB_PATH}/_control"


def github(world: World) -> Part:
    """All of GitHub."""
    jobs = JobAdministration(world.issuer, GITHUB_PATH, world.admin_token, world.hosts)
    hub = make_hub(world.endpoint + GITHUB_PATH, directory_of(world.home), world.issuer, _told_to_jobs(world))
    declare(hub, world.project)
    faults = Faults()

    def tokens(request: HttpRequest) -> HttpResponse:
        return jobs(request) if jobs.serves(request) else world.issuer(request)

    def close() -> None:
        hub.launcher.stop()
        if hub.deliveries is not None:
            hub.deliveries.close()

    return Part(
        urls={
            "github_oidc": world.endpoint + GITHUB_PATH,
            "github_api": world.endpoint + API_PATH,
            "github_admin": world.endpoint + CONTROL_PATH,
        },
        routes={
            GITHUB_PATH: tokens,
            API_PATH: RestApi(hub, API_PATH, world.hosts, faults),
            GIT_PATH: GitHttp(hub, GIT_PATH, world.hosts),
            CONTROL_PATH: Control(hub, CONTROL_PATH, world.admin_token, world.hosts, faults),
        },
        close=close,
    )


def _told_to_jobs(world: World) -> dict[str, str]:
    """Where AWS and the package index are, and no credentials of AWS: a job gets those for its token."""
    return {
        **environment_for_jobs(environment_of_pip()),
        "AWS_ENDPOINT_URL": world.endpoint,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }
