"""A directory of one build's own: its login, secrets, registries and storage, gone when the build is over.

Nothing that an earlier build left gets into an image, and no file that a person logged in with is read.
"""

import base64
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from alphaswarm_core.supply.building.orders import BuildOrder, RegistryAccess


class Workshop:
    """The directory.

    Args:
        root: It; private to its owner.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def directory(self, name: str) -> Path:
        """A directory in it."""
        path = self.root / name
        path.mkdir(mode=0o700, exist_ok=True)
        return path

    def secret(self, name: str, content: str) -> Path:
        """A file that its owner alone reads."""
        path = self.root / name
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(content)
        return path

    def secrets(self, order: BuildOrder) -> Mapping[str, Path]:
        """The files of the order's secrets by their ids."""
        return {name: self.secret(f"secret-{name}", content) for name, content in order.secrets.items()}

    def login(self, access: RegistryAccess | None, *path: str) -> Path:
        """The file that container tools look for logins in, with this one and no other."""
        document: dict[str, object] = {"auths": {}}
        if access is not None:
            login = base64.b64encode(f"{access.user}:{access.password}".encode()).decode()
            document = {"auths": {access.host: {"auth": login}}}
        return self.secret("/".join(path), json.dumps(document))


@contextmanager
def workshop() -> Iterator[Workshop]:
    """A new one, which is gone afterwards."""
    root = Path(tempfile.mkdtemp(prefix="alphaswarm-image-"))
    try:
        yield Workshop(root)
    finally:
        _make_removable(root)
        shutil.rmtree(root, ignore_errors=True)


def _make_removable(root: Path) -> None:
    """Layers may hold directories that nobody can write to."""
    for directory, _, _ in os.walk(root):
        path = Path(directory)
        if not path.is_symlink():
            path.chmod(0o700)
