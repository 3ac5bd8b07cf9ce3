"""What ``day verify`` proves: every forgery below has its hashes and lists rewritten with it."""

import json
from collections.abc import Callable
from pathlib import Path
from shutil import copytree, rmtree

import numpy as np
import polars as pl
import pytest

import huiguan.rulebooks
from huiguan.days.close import close_folder
from huiguan.days.open import open_next
from huiguan.days.verify import Origin, verify_folder
from huiguan.exchange.day.correction import Decision
from huiguan.exchange.day.instructions.written import read_rows
from huiguan.exchange.messages import Side
from huiguan.exchange.rules.rows import Books
from huiguan.foundation.faults import CheckFault
from huiguan.foundation.hashing import digest
from huiguan.storage.market.day_folder import write_manifest
from huiguan.storage.market.rulebooks.load import load_books
from tests.markets import books, market_image
from tests.trading_days import order, run_day


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a closed day and the next one, open."""
    root = tmp_path_factory.mktemp("market") / "20260821"
    orders = [order(0, 1, Side.BUY, 10_686, 3), order(1, 1, Side.SELL, 10_686, 3)]
    run_day(root, market_image(), orders)
    close_folder(root, books())
    open_next(root, books())
    return root.parent


@pytest.fixture
def day(market: Path, tmp_path: Path) -> Path:
    copytree(market, tmp_path / "market")
    return tmp_path / "market" / "20260821"


def forge(folder: Path, table: str, change: Callable[[np.ndarray], None]) -> None:
    """Change a table of ``image/`` or ``result/`` and its hash in the folder's JSON."""
    path, head = folder / f"{table}.npy", folder / f"{folder.name}.json"
    rows = np.load(path)
    change(rows)
    np.save(path, rows)
    content = json.loads(head.read_text("utf-8"))
    content["tables"][table] = digest(path.read_bytes()).hex()
    text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True)
    head.write_bytes(text.encode() + b"\n")


def one_yuan(rows: np.ndarray) -> None:
    rows["balance_fen"][0] += 100


def refused(root: Path, words: str) -> None:
    write_manifest(root)
    with pytest.raises(CheckFault, match=words):
        verify_folder(root, books())


def test_a_day_is_proved(day: Path) -> None:
    steps: list[str] = []
    found = verify_folder(day, books(), report=steps.append)
    assert found.origin is None
    assert [(row.number, row.correction, row.unproved) for row in found.versions] == [(1, None, "")]
    assert found.hashes is not None
    assert {"files", "settlement prices", "postings and proofs", "the morning"} <= set(steps)
    found = verify_folder(day.parent / "20260824", books())
    assert (found.hashes, found.versions) == (None, [])
    assert found.origin == Origin(day.resolve(), 1)


def test_instructions_kept_in_the_form_of_before_are_read(tmp_path: Path) -> None:
    """Files of before spell a price with an exponent, say: the same decision in other words."""
    root, orders = tmp_path / "20260821", [order(0, 1, Side.BUY, 10_686, 3)]
    run_day(root, market_image(), orders)
    price = {"type": "DecideSettlement", "instrument": "cu2610", "price": "106900"}
    said = price | {"maker": "A", "checker": "B", "reference": "1"}
    close_folder(root, books(), read_rows([said]))
    path = root / "result" / "result.json"
    text = path.read_text("utf-8")
    assert text.count('"price": "106900"') == 1
    path.write_text(text.replace('"price": "106900"', '"price": "1.069E+5"'), "utf-8")
    write_manifest(root)
    (version,) = verify_folder(root, books()).versions
    assert not version.unproved
    path.write_text(text.replace('"price": "106900"', '"price": "106910"'), "utf-8")
    refused(root, "is not what clearing the day gives")


def test_one_yuan_more(day: Path) -> None:
    forge(day / "result", "accounts", one_yuan)
    refused(day, "accounts.npy is not what clearing the day gives")


def test_a_report_of_other_figures(day: Path) -> None:
    path = day / "result" / "reports" / "express.csv"
    path.write_text(path.read_text("utf-8").replace("106860", "106870", 1), "utf-8")
    refused(day, "express.csv is not what clearing the day gives")


def test_a_parquet_of_other_figures_and_one_packed_otherwise(day: Path) -> None:
    path = day / "result" / "reports" / "accounts.parquet"
    table = pl.read_parquet(path)
    table.write_parquet(path, compression="uncompressed")
    write_manifest(day)
    assert verify_folder(day, books()).versions[0].unproved == ""
    table.with_columns(pl.col("balance_fen") + 100).write_parquet(path)
    refused(day, "accounts.parquet is not what clearing the day gives")


@pytest.mark.parametrize("name", ["reports/pools.csv", "trades.npy"])
def test_a_file_that_is_missing_or_too_many(name: str, day: Path) -> None:
    extra = day / "result" / "reports" / "note.csv"
    extra.write_text("a,b\n")
    refused(day, "note.csv is not what clearing the day gives")
    extra.unlink()
    (day / "result" / name).unlink()
    refused(day, name.rsplit("/", maxsplit=1)[-1])


def test_a_digest_of_invented_books_proves_nothing(day: Path) -> None:
    """Whoever forges a result may also claim other books: then nothing is proved, and said."""
    path = day / "result" / "result.json"
    text = path.read_text("utf-8").replace(books().digest, "0" * 64)
    path.write_text(text, "utf-8")
    write_manifest(day)
    (row,) = verify_folder(day, books()).versions
    assert (
        row.unproved
        == f"it was cleared with books of digest {'0' * 64}, given were {books().digest}"
    )


def test_a_kept_version_is_proved_too(day: Path) -> None:
    close_folder(day, dearer(day.parent), decision=Decision("other margins", "C"))
    found = verify_folder(day, dearer(day.parent))
    assert [bool(row.unproved) for row in found.versions] == [True, False]
    found = verify_folder(day, books())
    assert [bool(row.unproved) for row in found.versions] == [False, True]
    forge(day / "versions" / "close-1" / "result", "accounts", one_yuan)
    write_manifest(day)
    with pytest.raises(CheckFault, match="close-1/result is not the result that was corrected"):
        verify_folder(day, books())


def dearer(folder: Path) -> Books:
    """Return the books with a general margin of 16 % instead of 11 % for copper."""
    shipped = Path(huiguan.rulebooks.__path__[0]) / "shfe" / "cu.toml"
    text = shipped.read_text("utf-8")
    row = text.rindex('general = "11%"')
    book = folder / "books" / "shfe" / "cu.toml"
    book.parent.mkdir(parents=True, exist_ok=True)
    book.write_text(text[:row] + 'general = "16%"' + text[row + 15 :], "utf-8")
    return load_books(folder / "books")


def test_a_morning_that_does_not_follow(day: Path) -> None:
    def richer(rows: np.ndarray) -> None:
        rows["deposit_fen"][0] += 100

    following = day.parent / "20260824"
    forge(following / "image", "trading_codes", richer)
    refused(following, "trading code 000000000000: deposit")


def test_an_opening_that_says_something_else(day: Path) -> None:
    following = day.parent / "20260824"
    path = following / "opening.json"
    text = path.read_text("utf-8")
    source = json.loads(text)["from"]
    path.write_text(text.replace(source, "0" * 64), "utf-8")
    refused(following, "name different results before")
    image = following / "image" / "image.json"
    image.write_text(image.read_text("utf-8").replace(source, "0" * 64), "utf-8")
    refused(following, "no version of the result in .*20260821 is the one")
    path.unlink()
    refused(following, "opening.json is missing: its morning was made from a result")


def test_a_forced_close_that_nobody_is_due(day: Path) -> None:
    following = day.parent / "20260824"
    path = following / "opening.json"
    content = json.loads(path.read_text("utf-8"))
    row = {"trading_code": "000000000000", "instrument": "cu2610", "side": "long"}
    content["forced_closes"].append({**row, "hedging": False, "lots": 1, "reason": 1})
    path.write_text(json.dumps(content), "utf-8")
    refused(following, "the forced closes are not those of the rule")


def test_a_result_that_is_gone(day: Path) -> None:
    rmtree(day / "result")
    refused(day, "has no result, and 20260824 was opened from one")


def test_a_morning_alone_is_not_compared(day: Path, tmp_path: Path) -> None:
    alone = tmp_path / "alone" / "20260824"
    copytree(day.parent / "20260824", alone)
    found = verify_folder(alone, books())
    assert found.origin == Origin(None, unproved="the day before does not lie closed beside it")


def test_a_morning_that_the_journal_was_not_written_on(day: Path) -> None:
    """A contract without trades has another limit: no event and no state of the day differs."""

    def wider(rows: np.ndarray) -> None:
        rows["limit_ppb"][-1] += 1

    forge(day / "image", "contract_states", wider)
    rmtree(day / "result")
    rmtree(day.parent / "20260824")
    refused(day, "was written on another morning than its image")
