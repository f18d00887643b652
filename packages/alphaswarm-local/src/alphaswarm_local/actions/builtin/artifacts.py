"""`actions/upload-artifact` and `actions/download-artifact`: through the control plane's store, as zip archives.

Sources: their READMEs, version 4 and later: a name is taken once a run, hidden files stay out unless asked for, the
archive begins at the nearest directory that all paths share, file modes are not kept.
"""

import fnmatch
import hashlib
import os
import re
import stat
import zipfile
from pathlib import Path

from alphaswarm_local.actions.builtin.base import ActionCall, BuiltIn
from alphaswarm_local.actions.errors import ActionFailedError, InputRefusedError
from alphaswarm_local.actions.globs import Pattern, matching_files, read_patterns
from alphaswarm_local.actions.seam.control_plane import Artifact
from alphaswarm_local.actions.seam.events import Level

_NAME = re.compile(r'[^":<>|*?\r\n\\/]{1,255}')
_LONGEST_DAYS = 90


def _upload(call: ActionCall) -> None:
    name = call.inputs["name"]
    if not _NAME.fullmatch(name) or name in (".", ".."):
        raise InputRefusedError(f"The artifact name {name[:60]!r} is not valid")
    files, root = _files(call)
    if not files:
        _nothing_found(call)
        return
    archive = _archive(call, files, root)
    artifact = _store(call, name, archive)
    call.work.say(f"{len(files)} file(s), {artifact.size} bytes, {artifact.digest}")
    run = call.work.session.facts.run
    address = f"{call.work.session.settings.server_url}/{run.repository.name}/actions/runs/{run.run_id}"
    call.outputs.update(
        {
            "artifact-id": str(artifact.id),
            "artifact-url": f"{address}/artifacts/{artifact.id}",
            "artifact-digest": artifact.digest.removeprefix("sha256:"),
        }
    )


def _store(call: ActionCall, name: str, archive: Path) -> Artifact:
    session = call.work.session
    days = min(call.number("retention-days"), _LONGEST_DAYS) if call.inputs["retention-days"] else None
    try:
        return session.plane.artifacts.save(session.facts, name, archive, overwrite=call.flag("overwrite"), days=days)
    finally:
        archive.unlink(missing_ok=True)


def _files(call: ActionCall) -> tuple[list[Path], Path]:
    """The files, and the directory that the archive begins at."""
    patterns = read_patterns(call.workspace, call.lines("path"))
    searched = [each for each in patterns if not each.negated]
    _stay_inside(call, searched)
    files = matching_files(patterns, hidden=call.flag("include-hidden-files"))
    roots = [str(each.root.parent if each.root.is_file() else each.root) for each in searched]
    return files, Path(os.path.commonpath(roots)) if roots else call.workspace


def _stay_inside(call: ActionCall, searched: list[Pattern]) -> None:
    """A job packs what is its own: nothing of this machine leaves it by an artifact."""
    for pattern in searched:
        if not pattern.root.resolve().is_relative_to(call.work.session.layout.root):
            raise InputRefusedError(f"The path {pattern.path!r} is outside the job's directories")


def _nothing_found(call: ActionCall) -> None:
    what = f"No files were found with the provided path: {call.inputs['path']}. No artifacts will be uploaded."
    how = call.inputs["if-no-files-found"]
    if how == "error":
        raise ActionFailedError(what)
    if how not in ("warn", "ignore"):
        raise InputRefusedError(f"if-no-files-found is {how[:40]!r}; it can be: warn, error, ignore")
    call.work.say(what)
    if how == "warn":
        call.work.annotate(Level.WARNING, what)


def _archive(call: ActionCall, files: list[Path], root: Path) -> Path:
    level = call.number("compression-level")
    archive = call.work.session.layout.temp / f"upload-{call.work.number}.zip"
    kind = zipfile.ZIP_DEFLATED if level else zipfile.ZIP_STORED
    with zipfile.ZipFile(archive, "w", kind, compresslevel=level or None) as made:
        for path in files:
            entry = zipfile.ZipInfo(path.relative_to(root).as_posix(), (1980, 1, 1, 0, 0, 0))
            entry.external_attr = (stat.S_IFREG | 0o644) << 16
            entry.compress_type = kind
            made.writestr(entry, path.read_bytes(), compresslevel=level or None)
    return archive


def _download(call: ActionCall) -> None:
    session = call.work.session
    run_id = call.number("run-id") if call.inputs["run-id"] else session.facts.run.run_id
    repository = call.inputs["repository"] or session.facts.run.repository.name
    there = session.plane.artifacts.of_run(session.facts, repository, run_id)
    wanted, apart = _wanted(call, list(there))
    destination = call.own_path("path")
    for artifact in wanted:
        _fetch(call, artifact, destination / artifact.name if apart else destination)
        call.work.say(f"{artifact.name}: {artifact.size} bytes, {artifact.digest}")
    call.outputs["download-path"] = str(destination)


def _wanted(call: ActionCall, there: list[Artifact]) -> tuple[list[Artifact], bool]:
    """Which artifacts, and whether each gets a directory of its own."""
    name, pattern, ids = (call.inputs[each] for each in ("name", "pattern", "artifact-ids"))
    if name and ids:
        raise InputRefusedError("Inputs 'name' and 'artifact-ids' cannot be used together")
    if name:
        found = [each for each in there if each.name == name]
        if not found:
            raise ActionFailedError(f"Unable to download artifact(s): Artifact not found for name: {name}")
        return found, False
    apart = not call.flag("merge-multiple")
    if ids:
        numbers = {each.strip() for each in ids.split(",")}
        found = [each for each in there if str(each.id) in numbers]
        if len(found) != len(numbers):
            raise ActionFailedError(f"Unable to download artifact(s): not all of {ids} are there")
        return found, apart and len(found) > 1
    return [each for each in there if not pattern or fnmatch.fnmatchcase(each.name, pattern)], apart


def _fetch(call: ActionCall, artifact: Artifact, destination: Path) -> None:
    session = call.work.session
    archive = session.layout.temp / f"download-{artifact.id}.zip"
    try:
        session.plane.artifacts.fetch(session.facts, artifact, archive)
        with archive.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        if f"sha256:{digest}" != artifact.digest:
            raise ActionFailedError(f"The archive of {artifact.name} is not the one that was stored")
        _unpack(archive, destination)
    finally:
        archive.unlink(missing_ok=True)


def _unpack(archive: Path, destination: Path) -> None:
    """Write the files out. A name that leads out of the destination is an attack on the job ("zip slip")."""
    destination.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(archive) as packed:
        for entry in packed.infolist():
            target = (destination / entry.filename).resolve()
            if not target.is_relative_to(destination.resolve()):
                raise ActionFailedError(f"The archive has an entry outside its directory: {entry.filename[:80]!r}")
            if entry.is_dir():
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(packed.read(entry))


UPLOAD = BuiltIn(
    name="actions/upload-artifact",
    summary="Stores files of the job as a zip archive in the local GitHub.",
    inputs={
        "name": "artifact",
        "path": "",
        "if-no-files-found": "warn",
        "retention-days": "",
        "compression-level": "6",
        "overwrite": "false",
        "include-hidden-files": "false",
    },
    required=frozenset({"path"}),
    main=_upload,
)
DOWNLOAD = BuiltIn(
    name="actions/download-artifact",
    summary="Unpacks stored artifacts, of the run or of another that the token may read; checks their digests.",
    inputs={
        "name": "",
        "artifact-ids": "",
        "path": ".",
        "pattern": "",
        "merge-multiple": "false",
        "github-token": "",
        "repository": "",
        "run-id": "",
    },
    main=_download,
)
