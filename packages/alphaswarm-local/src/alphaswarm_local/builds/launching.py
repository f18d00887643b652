"""From a build that has its turn to its process: a place of its own, and orders that hold all it may know."""

import os
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from alphaswarm_local.builds.record import BuildRecord
from alphaswarm_local.builds.running import RunningBuild
from alphaswarm_local.builds.worker.orders import Orders, Source


class Launcher:
    """Starts builds.

    Args:
        endpoint: The local cloud's address.
        checkout: The repository that stands for the one on GitHub.
        credentials_url: The container-credentials endpoint.
        caches: Where the local caches of projects are kept.
        hosted: Where the local GitHub keeps a repository, by the address that projects clone it from.
    """

    def __init__(
        self, endpoint: str, checkout: Path, credentials_url: str, caches: Path, hosted: Mapping[str, Path]
    ) -> None:
        self._endpoint, self._checkout, self._credentials_url = endpoint, checkout, credentials_url
        self._caches, self._hosted = caches, hosted

    def __call__(self, build: BuildRecord, token: str, over: Callable[[RunningBuild], None]) -> RunningBuild:
        """Start `build`.

        Raises:
            OSError: there is no place or no process for it.
        """
        # Not in the checkout: what looks for its settings upwards would find those of whoever started the local cloud.
        scratch = tempfile.mkdtemp(prefix="alphaswarm-build-")
        return RunningBuild(build, self._orders(build, token, scratch), over)

    def _orders(self, build: BuildRecord, token: str, scratch: str) -> Orders:
        identity, settings = build.identity, build.settings
        source = settings.source
        return Orders(
            build_id=identity.id,
            build_arn=identity.arn,
            uuid=identity.uuid,
            role_arn=settings.service_role,
            endpoint=self._endpoint,
            region=identity.region,
            scratch=scratch,
            credentials_url=self._credentials_url,
            credentials_token=token,
            seconds=settings.timeout_minutes * 60,
            log_group=settings.log_group,
            log_stream=build.log_stream if settings.log_group else None,
            source=Source(
                kind=source["type"],
                location=source.get("location", ""),
                version=settings.source_version,
                buildspec=source.get("buildspec", ""),
                checkout=str(self._checkout),
                hosted=str(self._hosted.get(source.get("location", ""), "")),
                depth=source.get("gitCloneDepth", 0),
            ),
            artifacts=settings.artifacts,
            variables=settings.variables,
            path=search_path(),
            built_in=_built_in(build),
            cache=self._cache(build),
            notes=tuple(settings.notes),
        )

    def _cache(self, build: BuildRecord) -> str | None:
        identity = build.identity
        place = self._caches / identity.account_id / identity.region / identity.project
        return str(place) if build.settings.has_custom_cache else None


def search_path() -> str:
    """`PATH` of builds: the programs beside this Python, then those of whoever started the local cloud."""
    return os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])


def _built_in(build: BuildRecord) -> dict[str, str]:
    """CodeBuild's own variables. Source: user guide, "Environment variables in build environments"."""
    identity, settings = build.identity, build.settings
    source, project = settings.source, identity.arn.partition(":build/")[0] + f":project/{identity.project}"
    return {
        "CODEBUILD_BUILD_ARN": identity.arn,
        "CODEBUILD_BUILD_ID": identity.id,
        "CODEBUILD_BUILD_IMAGE": settings.environment["image"],
        "CODEBUILD_BUILD_NUMBER": str(identity.number),
        "CODEBUILD_CI": "true",
        "CODEBUILD_INITIATOR": identity.initiator,
        "CODEBUILD_KMS_KEY_ID": settings.encryption_key,
        "CODEBUILD_LOG_PATH": build.log_stream,
        "CODEBUILD_PROJECT_ARN": project,
        "CODEBUILD_START_TIME": str(int(build.queued_at * 1000)),
        **({"CODEBUILD_SOURCE_REPO_URL": source["location"]} if source.get("location") else {}),
        **({"CODEBUILD_SOURCE_VERSION": settings.source_version} if settings.source_version else {}),
    }
