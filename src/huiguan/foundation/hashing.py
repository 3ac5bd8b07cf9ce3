"""One hash everywhere: BLAKE2b-256 over canonical bytes, never over memory order or padding."""

import hashlib

import numpy as np

HASH_BYTES = 32
ZERO_HASH = bytes(HASH_BYTES)


def digest(*parts: bytes | memoryview) -> bytes:
    """Return the BLAKE2b-256 hash of the parts one after the other."""
    state = hashlib.blake2b(digest_size=HASH_BYTES)
    for part in parts:
        state.update(part)
    return state.digest()


def canonical_bytes(rows: np.ndarray, order: list[str]) -> bytes:
    """Return the rows of a record array, sorted by the fields of ``order``, column after column.

    Equal content gives equal bytes whatever the memory order and the padding of the rows.
    """
    names = rows.dtype.names
    assert names is not None
    if not in_order(rows, order):
        rows = rows[np.lexsort([rows[name] for name in reversed(order)])]
    return b"".join(np.ascontiguousarray(rows[name]).tobytes() for name in names)


def in_order(rows: np.ndarray, keys: list[str]) -> bool:
    """Return whether rows are already sorted by ``keys``."""
    if len(rows) < 2:
        return True
    undecided = np.ones(len(rows) - 1, bool)
    for key in keys:
        column = rows[key]
        if (undecided & (column[1:] < column[:-1])).any():
            return False
        undecided &= column[1:] == column[:-1]
    return True
