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
    rows = np.sort(rows, order=order, kind="stable")
    return b"".join(np.ascontiguousarray(rows[name]).tobytes() for name in names)
