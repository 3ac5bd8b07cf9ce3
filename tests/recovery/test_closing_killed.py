"""A close that is killed at any point and run again comes to the same bytes."""

from pathlib import Path
from shutil import copytree, ignore_patterns

import pytest

from huiguan.days.close import close_folder, write_closed
from huiguan.days.hashes import write_hashes
from huiguan.days.open import open_next
from huiguan.days.reconcile import reconcile_folders
from huiguan.days.run_again import verify_day
from huiguan.exchange.messages import Side
from huiguan.foundation.faults import CheckFault, InputFault
from huiguan.storage.change import finish_change, is_content
from tests.dying_files import FilesThatDie, Killed
from tests.markets import books, market_image
from tests.trading_days import bytes_of, order, run_day


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("days") / "20260821"
    image = market_image()
    price = int(image.instruments["previous_settlement_ticks"][1])
    orders = [order(0, 1, Side.BUY, price + n, 3) for n in range(6)]
    orders += [order(1 + n, 1, Side.SELL, price, 2) for n in range(6)]
    run_day(root, image, orders)
    return root


def test_thirty_kills(day: Path, tmp_path: Path) -> None:
    """Nothing is written before all is worked out, so the kills fall on ``write_closed``."""
    good = tmp_path / "good"
    copytree(day, good)
    closed = close_folder(good, books())
    expected = bytes_of(good)
    assert {"result/result.json", "result/reports/express.csv", "MANIFEST"} <= set(expected)
    counting, again = FilesThatDie(10**9), tmp_path / "again"
    copytree(day, again)
    write_closed(again, closed, files=counting)
    calls = 10**9 - counting.left
    assert calls > 30
    assert bytes_of(again) == expected
    for number in range(30):
        root = tmp_path / f"killed{number}"
        copytree(day, root)
        with pytest.raises(Killed):
            write_closed(root, closed, files=FilesThatDie(number * calls // 30))
        if (root / "CHANGE").exists() or number % 15 == 14:
            close_folder(root, books())
        else:
            write_closed(root, closed, files=FilesThatDie(10**9))
        assert bytes_of(root) == expected, number


def test_closed_day_verifies_and_opens_the_next(day: Path, tmp_path: Path) -> None:
    root = tmp_path / "20260821"
    copytree(day, root)
    with pytest.raises(InputFault, match="not closed yet"):
        open_next(root, books())
    close_folder(root, books())
    verify_day(root)
    opened = open_next(root, books())
    assert opened.root == tmp_path / "20260824"
    assert opened.forced == []
    assert reconcile_folders(root, opened.root, books()) == []
    before = bytes_of(opened.root)
    open_next(root, books())
    assert bytes_of(opened.root) == before
    with pytest.raises(InputFault, match="closed already, and 20260824 is open"):
        close_folder(root, books())
    assert bytes_of(opened.root) == before


def test_a_damaged_morning_is_not_closed(day: Path, tmp_path: Path) -> None:
    root = tmp_path / "20260821"
    copytree(day, root)
    table = root / "image" / "pools.npy"
    table.write_bytes(table.read_bytes()[:-1] + b"\x01")
    before = bytes_of(root)
    with pytest.raises(CheckFault):
        close_folder(root, books())
    assert bytes_of(root) == before


def test_the_end_of_a_day_is_noted_whole_or_not_at_all(day: Path, tmp_path: Path) -> None:
    hashes = verify_day(day)
    noted = 0
    for number in range(40):
        root = tmp_path / str(number)
        copytree(day, root, ignore=ignore_patterns("day.json", "MANIFEST"))
        files = FilesThatDie(number)
        try:
            write_hashes(root, hashes, files)
        except Killed:
            finish_change(root)
        names = {path.name for path in root.iterdir() if is_content(path.name)}
        assert names in ({"image", "journal"}, {"image", "journal", "day.json", "MANIFEST"})
        if "day.json" in names:
            noted += 1
            assert verify_day(root) == hashes
    assert 20 < noted < 40
