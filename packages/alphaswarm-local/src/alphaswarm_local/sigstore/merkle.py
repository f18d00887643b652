"""The Merkle tree of a log: roots and inclusion proofs. Source: RFC 6962, section 2.1."""

import hashlib


class MerkleTree:
    """A tree that only grows. Whole subtrees are hashed once, so a proof costs the logarithm of the size."""

    def __init__(self) -> None:
        self._levels: list[list[bytes]] = [[]]

    def __len__(self) -> int:
        return len(self._levels[0])

    def append(self, content: bytes) -> int:
        """Add a leaf; its index."""
        node, index, level = leaf_hash(content), len(self), 0
        self._levels[0].append(node)
        while len(self._levels[level]) % 2 == 0:
            node = _node(self._levels[level][-2], self._levels[level][-1])
            level += 1
            if level == len(self._levels):
                self._levels.append([])
            self._levels[level].append(node)
        return index

    def root(self) -> bytes:
        """The hash of the whole tree."""
        return self._range(0, len(self)) if len(self) else hashlib.sha256(b"").digest()

    def proof(self, index: int) -> list[bytes]:
        """The audit path of a leaf, from the lowest level up."""
        start, end, path = 0, len(self), list[bytes]()
        while end - start > 1:
            middle = start + _split(end - start)
            if index < middle:
                path.append(self._range(middle, end))
                end = middle
            else:
                path.append(self._range(start, middle))
                start = middle
        return path[::-1]

    def _range(self, start: int, end: int) -> bytes:
        """The hash of the leaves from `start`, where a whole subtree of at least that size begins, to `end`."""
        size = end - start
        if size & (size - 1) == 0:
            level = size.bit_length() - 1
            return self._levels[level][start >> level]
        middle = start + _split(size)
        return _node(self._range(start, middle), self._range(middle, end))


def leaf_hash(content: bytes) -> bytes:
    """A leaf's hash: its prefix keeps it from being taken for a node."""
    return hashlib.sha256(b"\x00" + content).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def _split(size: int) -> int:
    """The largest power of two below `size`."""
    return 1 << (size - 1).bit_length() - 1
