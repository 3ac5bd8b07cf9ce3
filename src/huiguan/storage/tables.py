"""Record arrays as bytes: NumPy's own ``.npy`` layout, which carries its schema and opens anywhere.

Little endian, no objects; the same rows always give the same bytes.
"""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING

import numpy as np

from huiguan.foundation.faults import CheckFault

if TYPE_CHECKING:
    from huiguan.storage.files import Bytes

assert sys.byteorder == "little", "the files of Huiguan are little endian, and so is its machine"


def table_bytes(rows: np.ndarray) -> list[Bytes]:
    """Return the parts of an ``.npy`` file: header and rows."""
    assert not rows.dtype.hasobject
    rows = _without_padding_bytes(np.ascontiguousarray(rows))
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, np.lib.format.header_data_from_array_1_0(rows))
    return [header.getvalue(), rows.reshape(-1).view(np.uint8).data]


def read_table(data: Bytes, name: str) -> np.ndarray:
    """Return the rows of an ``.npy`` file as an array of their own; refuse anything else."""
    stream = io.BytesIO(data[: 1 << 16])  # more than a header needs
    try:
        if np.lib.format.read_magic(stream) == (1, 0):
            shape, column_first, dtype = np.lib.format.read_array_header_1_0(stream)
            if not column_first:
                rows = np.frombuffer(data[stream.tell() :], np.uint8)
                return rows.view(dtype).reshape(shape).copy()
        reason = "its layout is not the one written here"
    except (ValueError, TypeError) as fault:
        reason = str(fault)
    raise CheckFault(f"the table {name} can not be read: {reason}; restore the file")


def _without_padding_bytes(rows: np.ndarray) -> np.ndarray:
    """Return rows whose padding is zero, so that equal rows are equal bytes."""
    names = rows.dtype.names or ()
    if sum(rows.dtype[name].itemsize for name in names) in (0, rows.dtype.itemsize):
        return rows
    clean = np.zeros(rows.shape, rows.dtype)
    for name in names:
        clean[name] = rows[name]
    return clean
