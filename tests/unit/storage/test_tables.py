"""Tables as ``.npy``: exact, deterministic, and nothing else is accepted."""

import io

import numpy as np
import pytest

from huiguan.exchange.day.image import DayImage, Member
from huiguan.foundation.faults import CheckFault
from huiguan.foundation.records import table_layout
from huiguan.foundation.tables import tables_of
from huiguan.storage.tables import read_table, table_bytes


def filled(dtype: np.dtype[np.void], count: int) -> np.ndarray:
    """Return rows with a number of its own in every field, over bytes that are not zero."""
    rows = np.full(count * dtype.itemsize, 0x5A, np.uint8).view(dtype)
    for k, name in enumerate(dtype.names or ()):
        rows[name] = np.arange(count) % 100 + k
    return rows


@pytest.mark.parametrize("name", sorted(tables_of(DayImage)))
@pytest.mark.parametrize("count", [0, 1, 1000])
def test_every_table_of_an_image_comes_back(name: str, count: int) -> None:
    rows = filled(table_layout(tables_of(DayImage)[name].record), count)
    data = b"".join(table_bytes(rows))
    again = read_table(data, name)
    assert again.dtype == rows.dtype
    assert all(np.array_equal(again[f], rows[f]) for f in rows.dtype.names or ())
    assert again.flags.writeable
    assert np.array_equal(np.load(io.BytesIO(data)), again), "any NumPy reads it"


def test_equal_rows_are_equal_bytes_whatever_their_padding() -> None:
    rows = filled(table_layout(Member), 3)
    assert rows.dtype.itemsize > 9
    copy = np.zeros(3, rows.dtype)
    for field in rows.dtype.names or ():
        copy[field] = rows[field]
    assert rows.tobytes() != copy.tobytes()
    assert b"".join(table_bytes(rows)) == b"".join(table_bytes(copy))


def test_plain_arrays_come_back_too() -> None:
    for array in (np.arange(6).reshape(2, 3), np.zeros((0, 64), np.uint8), np.ones(1, bool)):
        assert np.array_equal(read_table(b"".join(table_bytes(array)), "x"), array)


def test_anything_else_is_refused() -> None:
    good = b"".join(table_bytes(np.arange(4)))
    objects = io.BytesIO()
    np.save(objects, np.array([None]), allow_pickle=True)
    columns = io.BytesIO()
    np.save(columns, np.asfortranarray(np.arange(6).reshape(2, 3)))
    for data in (
        b"",
        good[:40],
        good[:-1],
        good + b"\0",
        b"x" + good[1:],
        objects.getvalue(),
        columns.getvalue(),
    ):
        with pytest.raises(CheckFault, match="table x can not be read"):
            read_table(data, "x")
