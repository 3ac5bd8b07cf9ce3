"""The door to the compiler: what the bounds-checked run of CI rests on."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from huiguan.foundation.compiler import bundle_handle, bundle_opener, rows
from huiguan.foundation.kernel import kernel, source_digest

PAIR = np.dtype([("first", "<i8"), ("second", "<i8")], align=True)
open_pair = bundle_opener("Pair", {"table": PAIR})
checked = os.environ.get("NUMBA_BOUNDSCHECK") == "1" or os.environ.get("NUMBA_DISABLE_JIT") == "1"


@kernel
def read_view(raw: np.ndarray, row: int) -> int:
    return rows(raw, PAIR)[row]["second"]


@kernel
def read_bundle(handle: object, row: int) -> int:
    return open_pair(handle).table[row]["second"]


class Bundle:
    def __init__(self, table: np.ndarray) -> None:
        self.table = table


def test_views_and_bundles_read_what_is_there() -> None:
    table = np.array([(1, 2), (3, 4)], PAIR)
    assert read_view(table.view(np.uint8), 1) == 4
    assert read_bundle(bundle_handle([table], Bundle(table)), 1) == 4


@pytest.mark.skipif(not checked, reason="only the bounds-checked and uncompiled runs can tell")
def test_reading_behind_the_end_is_an_error() -> None:
    table = np.array([(1, 2), (3, 4)], PAIR)
    with pytest.raises(IndexError):
        read_view(table.view(np.uint8), 2)
    with pytest.raises(IndexError):
        read_bundle(bundle_handle([table], Bundle(table)), 2)


def test_checked_and_unchecked_code_never_share_a_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    digests = set()
    for value in ("0", "1"):
        monkeypatch.setenv("NUMBA_BOUNDSCHECK", value)
        digests.add(source_digest())
    assert len(digests) == 2


def test_without_a_place_for_machine_code_a_process_compiles_for_itself(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder can be made below this")
    code = "from huiguan.exchange.trading.book import middle_price; print(middle_price(5, 3, 4))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "NUMBA_CACHE_DIR": str(tmp_path / "file" / "cache")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "4\n", "")
