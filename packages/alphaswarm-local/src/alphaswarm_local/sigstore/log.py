"""The transparency log: entries that nobody can take back, with proofs and signed checkpoints.

Source: RFC 6962; Rekor's API v1; "Checkpoint" and "signed note" formats of transparency-dev.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from alphaswarm_core.canonical import canonical_json
from alphaswarm_local.sigstore.keys import LogKey, base64_text
from alphaswarm_local.sigstore.merkle import MerkleTree, leaf_hash

_MOST_ENTRIES = 200_000
_TREE_ID = 1
ORIGIN = f"rekor.local - {_TREE_ID}"
_NAME = "rekor.local"


class FullLogError(Exception):
    """The log takes no more entries until the local cloud starts anew."""


@dataclass(frozen=True, slots=True)
class _Entry:
    body: bytes
    integrated_at: int


class TransparencyLog:
    """The log, in memory: as old as the keys that sign it.

    Args:
        key: Signs checkpoints and promises.
        now: Seconds since the epoch.
    """

    def __init__(self, key: LogKey, now: Callable[[], float]) -> None:
        self.key, self._now = key, now
        self._lock = threading.Lock()
        self._tree = MerkleTree()
        self._entries: list[_Entry] = []
        self._by_uuid: dict[str, int] = {}

    def add(self, body: bytes) -> tuple[int, bool]:
        """The index of the entry, and whether it is new.

        Raises:
            FullLogError: there is no room.
        """
        uuid = _uuid(body)
        with self._lock:
            if uuid in self._by_uuid:
                return self._by_uuid[uuid], False
            if len(self._entries) >= _MOST_ENTRIES:
                raise FullLogError
            index = self._tree.append(body)
            self._entries.append(_Entry(body, int(self._now())))
            self._by_uuid[uuid] = index
            return index, True

    def index_of(self, uuid: str) -> int | None:
        """Where the entry with that id is; ids may come with the tree's id in front."""
        return self._by_uuid.get(uuid[-64:])

    def entry(self, index: int) -> tuple[str, dict[str, Any]] | None:
        """The entry's id and what Rekor answers for it; None if there is none."""
        with self._lock:
            if not 0 <= index < len(self._entries):
                return None
            return _uuid(self._entries[index].body), self._document(index)

    def head(self) -> dict[str, Any]:
        """What Rekor answers about the log."""
        with self._lock:
            size, root = len(self._tree), self._tree.root()
            head = {"rootHash": root.hex(), "treeSize": size, "treeID": str(_TREE_ID)}
            return {**head, "signedTreeHead": self._checkpoint(size, root), "inactiveShards": []}

    def _document(self, index: int) -> dict[str, Any]:
        entry, root, size = self._entries[index], self._tree.root(), len(self._tree)
        about: dict[str, str | int] = {
            "body": base64_text(entry.body),
            "integratedTime": entry.integrated_at,
            "logID": self.key.id.hex(),
            "logIndex": index,
        }
        proof = {
            "checkpoint": self._checkpoint(size, root),
            "hashes": [each.hex() for each in self._tree.proof(index)],
            "logIndex": index,
            "rootHash": root.hex(),
            "treeSize": size,
        }
        promise = base64_text(self.key.sign(canonical_json(about)))
        return {**about, "verification": {"inclusionProof": proof, "signedEntryTimestamp": promise}}

    def _checkpoint(self, size: int, root: bytes) -> str:
        """A signed note: what was signed, an empty line, and the signature behind the first bytes of the key's id."""
        note = f"{ORIGIN}\n{size}\n{base64_text(root)}\n"
        signature = base64_text(self.key.id[:4] + self.key.sign(note.encode()))
        return f"{note}\n\N{EM DASH} {_NAME} {signature}\n"


def _uuid(body: bytes) -> str:
    return leaf_hash(body).hex()
