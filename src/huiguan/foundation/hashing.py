"""One hash everywhere: BLAKE2b-256 over canonical bytes, never over memory order or padding."""

import hashlib
from collections.abc import Sequence

import numpy as np

HASH_BYTES = 32
ZERO_HASH = bytes(HASH_BYTES)


def digest(*parts: bytes | memoryview) -> bytes:
    """Return the BLAKE2b-256 hash of the parts one after the other."""
    state = hashlib.blake2b(digest_size=HASH_BYTES)
    for part in parts:
        state.update(part)
    return state.digest()


def canonical_bytes(rows: np.ndarray, key: Sequence[str]) -> bytes:
    """Return the rows of a record array, sorted by the fields of ``key``, column after column.

    Equal content gives equal bytes whatever the memory order and the padding of the rows; without
    a key the order of the rows is content.
    """
    names = rows.dtype.names
    assert names is not None
    rows = sorted_rows(rows, key)
    return b"".join(np.ascontiguousarray(rows[name]).tobytes() for name in names)


def sorted_rows(rows: np.ndarray, key: Sequence[str]) -> np.ndarray:
    """Return rows sorted by the fields of ``key``; the same array if they are already."""
    if in_order(rows, key):
        return rows
    return rows[np.lexsort([rows[name] for name in reversed(key)])]


def in_order(rows: np.ndarray, key: Sequence[str]) -> bool:
    """Return whether rows are already sorted by the fields of ``key``."""
    if len(rows) < 2:
        return True
    undecided = np.ones(len(rows) - 1, bool)
    for name in key:
        column = rows[name]
        if (undecided & (column[1:] < column[:-1])).any():
            return False
        undecided &= column[1:] == column[:-1]
    return True
