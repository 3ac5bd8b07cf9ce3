"""Instructions that wait in a folder: followed once, or left out with a reason."""

from pathlib import Path

import pytest

from huiguan.days.close import close_folder
from huiguan.days.open import open_next
from huiguan.days.reconcile import reconcile_folders
from huiguan.exchange.messages import Right
from huiguan.foundation.faults import InputFault
from huiguan.storage.files import Files
from huiguan.storage.market.day_image import read_image
from huiguan.storage.market.instruction_files import WAITING_NAME, write_waiting
from huiguan.storage.market.opening import read_opening
from tests.markets import books, market_image
from tests.trading_days import run_day

CODE = "000000000002"
SIGNED = {"maker": "user 3", "checker": "user 5"}


def freeze(reference: str, code: str = CODE) -> dict[str, object]:
    return {
        "type": "SetTradingRight", "trading_code": code, "right": "forbidden",
        "reference": reference, **SIGNED,
    }  # fmt: skip


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("market") / "20260821"
    run_day(root, market_image(), [])
    close_folder(root, books())
    return root


def test_what_waits_is_followed_once_and_a_bad_one_stops_nothing(closed: Path) -> None:
    """A code that is nobody's is left out with words; the other is followed; both files go."""
    folder = closed.parent / WAITING_NAME
    write_waiting(folder, "p7", [freeze("p7-1"), freeze("p7-2", "999999999999")], Files())
    opened = open_next(closed, books(), waiting=folder)
    row = opened.image.names.trading_codes.index(CODE)
    assert opened.image.trading_codes["own_right"][row] == Right.FORBIDDEN
    opening = read_opening(opened.root)
    assert [one.reference for one in opening.instructions] == ["p7-1"]
    assert [(one.reference, "999999999999" in one.why) for one in opening.left_out or ()] == [
        ("p7-2", True)
    ]
    assert list(folder.iterdir()) == []
    assert not reconcile_folders(closed, opened.root, books())


def test_a_file_left_by_a_kill_is_not_followed_again(closed: Path) -> None:
    folder = closed.parent / WAITING_NAME
    following = closed.parent / "20260824"
    run_day_in(following)
    write_waiting(folder, "p7", [freeze("p7-1"), freeze("p7-2", "999999999999")], Files())
    opened = open_next(following, books(), waiting=folder)
    assert read_opening(opened.root).instructions == []
    assert list(folder.iterdir()) == []


def run_day_in(root: Path) -> None:
    """Run a day without orders in a folder that was opened, and close it."""
    run_day(root, read_image(root / "image"), [])
    close_folder(root, books())


def test_a_file_that_cannot_be_read_opens_nothing(tmp_path: Path) -> None:
    root = tmp_path / "20260821"
    run_day(root, market_image(), [])
    close_folder(root, books())
    folder = tmp_path / WAITING_NAME
    folder.mkdir()
    (folder / "p8.json").write_text("[{]")
    with pytest.raises(InputFault, match=r"p8\.json, line 1"):
        open_next(root, books(), waiting=folder)
    assert not (tmp_path / "20260824").exists()
    assert (folder / "p8.json").exists()
