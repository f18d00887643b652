"""The artifacts of runs: zip files on disk, named by number, so that no name becomes a path."""

import hashlib
import shutil
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from alphaswarm_local.actions.errors import ActionFailedError, ArtifactExistsError
from alphaswarm_local.actions.seam.control_plane import Artifact as StoredArtifact
from alphaswarm_local.actions.seam.requests import JobFacts
from alphaswarm_local.github.hub import Hub
from alphaswarm_local.github.state.runs import Artifact

_DAYS = 90


class RunArtifacts:
    """The artifact store that jobs use."""

    def __init__(self, hub: Hub) -> None:
        self._hub, self._directory = hub, hub.directory / "artifacts"

    def save(self, job: JobFacts, name: str, archive: Path, *, overwrite: bool, days: int | None) -> StoredArtifact:
        """Take in a zip file.

        Raises:
            ArtifactExistsError: the name is taken, and `overwrite` is false.
        """
        content = archive.read_bytes()
        now = self._hub.store.now()
        with self._hub.store as records:
            taken = [each for each in records.artifacts.values() if (each.run_id, each.name) == (job.run.run_id, name)]
            if taken and not overwrite:
                raise ArtifactExistsError(f"An artifact with the name {name} exists already in this run")
            for each in taken:
                del records.artifacts[each.id]
            number = self._hub.store.new_id("artifact")
            self._directory.mkdir(parents=True, exist_ok=True)
            path = self._directory / f"{number}.zip"
            path.write_bytes(content)
            stored = Artifact(
                id=number, name=name, run_id=job.run.run_id, size=len(content),
                digest=f"sha256:{hashlib.sha256(content).hexdigest()}", path=str(path), created_at=now,
                expires_at=now + timedelta(days=days or _DAYS),
            )  # fmt: skip
            records.artifacts[number] = stored
        return _told(stored)

    def of_run(self, job: JobFacts, repository: str, run_id: int) -> Sequence[StoredArtifact]:
        """The artifacts of a run of the job's own repository."""
        del job
        with self._hub.store as records:
            run = records.runs.get(run_id)
            if run is None or self._hub.by_id(run.repository).full_name.lower() != repository.lower():
                return []
            now = self._hub.store.now()
            return [
                _told(each) for each in records.artifacts.values() if each.run_id == run_id and each.expires_at > now
            ]

    def fetch(self, job: JobFacts, artifact: StoredArtifact, destination: Path) -> None:
        """Write its archive out, if the bytes are still those that were stored."""
        del job
        with self._hub.store as records:
            stored = records.artifacts.get(artifact.id)
        if stored is None:
            raise ActionFailedError(f"The artifact {artifact.name} was deleted")
        shutil.copyfile(stored.path, destination)
        if f"sha256:{hashlib.sha256(destination.read_bytes()).hexdigest()}" != stored.digest:
            raise ActionFailedError(f"The artifact {artifact.name} is not what was stored", why="its digest differs")


def _told(artifact: Artifact) -> StoredArtifact:
    return StoredArtifact(artifact.id, artifact.name, artifact.size, artifact.digest)
