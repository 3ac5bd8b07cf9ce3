"""The loader is strict: every fault is one sentence that names file and row."""

import shutil
from fractions import Fraction
from pathlib import Path

import pytest
from msgspec import Struct

from huiguan.exchange.rules.instruments import listed_contracts
from huiguan.exchange.rules.parameters import parameters
from huiguan.exchange.rules.price_limits import price_limits
from huiguan.exchange.rules.rows import KINDS
from huiguan.foundation.arithmetic import PPB, parse_rate
from huiguan.foundation.faults import InputFault
from huiguan.storage.homes.rules import table_types
from huiguan.storage.market.rulebooks.load import load_books
from huiguan.storage.toml import keys_of

CFFEX = Path(__file__).parents[2] / "rulebooks" / "cffex"
CIRCULAR = """
[[circular]]
effective = 2021-01-04
limit = "10%"
hedge = "12%"
general = "12%"
article = "a circular"
source = "CFFEX-IF"
status = "secondary"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a copy of the example venue that a test may spoil."""
    target = tmp_path / "cffex"
    shutil.copytree(CFFEX, target)
    return target


def test_the_shipped_books_are_sound_and_hash_the_same_twice() -> None:
    books = load_books()
    assert len(books.products) == 25
    assert sorted(books.venues) == ["INE", "SHFE"]
    assert books.digest == load_books().digest
    assert books.digest != load_books(CFFEX).digest


def test_a_new_exchange_is_a_folder_of_files() -> None:
    books = load_books(CFFEX)
    assert len(books.products) == 26
    codes = [item.code for item in listed_contracts(books, 20210115, ["IF"])]
    assert codes == ["IF2101", "IF2102", "IF2103", "IF2106"]
    found = parameters(books, "IF2101", 20210115)  # the third Friday: its last trading day
    assert (found.days_before_last, found.contract.delivery_days) == (0, ())
    assert found.settlement.window == "last_hour"


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('limit = "10%"', 'limt = "10%"', "unknown key 'limt'"),
        ('limit = "10%"', "limit = 0.1", "0.1 is not exact; write it in quotes"),
        ('limit = "10%"', "limit = 10", "must be in quotes"),
        ('limit = "10%"', 'limit = "ten"', "'ten' is not a decimal number"),
        ('limit = "10%"', 'limit = "0.00000000001%"', "would not be exact"),
        ('limit = "10%"', "", "there is no key"),
        ('tick = "0.2"', 'tick = "0.25"', "tick 0.25 is not a"),
        ('tick = "0.2"', "tick = 0.2", "not exact"),
        ("[[circular]]", "[[circulars]]", "unknown table 'circulars'"),
        ("[[circular]]", "[circular]", r"write \[\[circular\]\]"),
        ('status = "confirmed"', 'status = "sure"', "Invalid enum value 'sure'"),
        ('source = "CFFEX-IF"', 'source = "X9"', "source 'X9' is not in sources.toml"),
        ('article = "contract text"', 'article = ""', "article is empty"),
        ("effective = 2010-04-16\nlimit", "limit", "give either effective"),
        ("effective = 2010-04-16\nlimit", "clearing = 2021-01-01\nlimit", "is not a trading day"),
        ("effective = 2010-04-16\nlimit", "effective = 2010-04-30\nlimit", "no row for all"),
        ("effective = 2010-04-16\nlimit", 'effective = "soon"\nlimit', "must be a date"),
        ("effective = 2010-04-16\nlimit", "effective = 2010-02-30\nlimit", "not TOML"),
        ("effective = 2010-04-16\nlimit", "effective = 20100416\nlimit", "must be a date"),
        ('limit = "10%"', 'limit = "110%"', "limit: must lie between 0% and 100%"),
        ('limit = "10%"', 'limit = "-10%"', "limit: must lie between 0% and 100%"),
        ("lot_size = 300", "lot_size = 0", "lot_size: Expected `int` >= 1"),
        ('general = "12%"', "", "there is no key 'general'"),
        ("then_of = [3, 6, 9, 12]", "", "need the months of the grid in then_of"),
        ("then_of = [3, 6, 9, 12]", "then_of = [3, 13]", "then_of: Expected `int` <= 12"),
        ('rule = "third_friday"', 'rule = "day_of_month"', "day 0 does not fit day_of_month"),
        ('rate = "0.23bp"', 'rate = "0.23bp"\nper_lot = "3"', "never both"),
        ('rate = "0.23bp"\n', "", "never neither"),
        ('rule = "third_friday"', 'rule = "some_day"', "Invalid enum value 'some_day'"),
        ('code = "IF"', 'code = "IH"', "must have its name"),
        ('first_contract = "1005"', 'first_contract = "1013"', "is not a contract month"),
        ("[[terms]]", "[[terms]", "this is not TOML"),
        ("nearest = 2", "nearest = true", "Expected `int`"),
        ('first_contract = "1005"', "first_contract = 1005", "1005 must be in quotes"),
        ("lot_size = 300", "lot_size = 99999999999999999999", "is above 1,000,000,000"),
        ("[[terms]]", "[[multiple]]", r"unknown key"),
    ],
)
def test_a_spoilt_product_is_one_sentence(folder: Path, old: str, new: str, sentence: str) -> None:
    path = folder / "IF.toml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(InputFault, match=sentence) as caught:
        load_books(folder)
    assert "IF.toml" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_every_missing_table_is_named_at_once(folder: Path) -> None:
    path = folder / "IF.toml"
    text = path.read_text("utf-8").replace("[[ladder]]", "[[circular]]")
    path.write_text(text[: text.index("[[terms]]")], "utf-8")
    with pytest.raises(InputFault, match=r"\[\[terms\]\], \[\[months\]\], .*\[\[fee\]\]"):
        load_books(folder)


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (CIRCULAR * 2, r"\[\[circular\]\]: two rows from 2021-01-04"),
        (
            CIRCULAR.replace("limit", 'contracts = "2103-2109"\nlimit', 1)
            + CIRCULAR.replace("limit", 'contracts = "2101, 2106"\nlimit', 1),
            "two rows from 2021-01-04",
        ),
        (CIRCULAR.replace("limit", 'contracts = "2109-2103"\nlimit', 1), "not a range"),
        (CIRCULAR.replace("limit", 'contracts = "Q3"\nlimit', 1), "not a contract month"),
    ],
)
def test_rows_that_contradict_each_other_are_refused(folder: Path, row: str, sentence: str) -> None:
    with (folder / "IF.toml").open("a") as file:
        file.write(row)
    with pytest.raises(InputFault, match=sentence):
        load_books(folder)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('calendar = "china"', 'calendar = "mars"', "calendar 'mars' is not known"),
        ('calendar = "china"', "calendar = [1]", r"calendar \[1\] is not known"),
        ('"09:30 continuous"', '"9:30 continuous"', "day: must be times and phases like"),
        ('"09:30 continuous"', '"09:30 trading"', "day: must be times and phases like"),
        ('night_end = "none"', 'night_end = "25:00"', "night_end: must be a time like"),
        ("maximum_lots = 20", "maximum_lots = -1", "maximum_lots: Expected `int` >= 1"),
        ('"09:30 continuous"', '"08:30 continuous"', "the times of day must rise"),
        ("minimum_lots = 1", "minimum_lots = 999", "minimum_lots 999 is above maximum_lots"),
    ],
)
def test_a_spoilt_venue_is_one_sentence(folder: Path, old: str, new: str, sentence: str) -> None:
    path = folder / "venue.toml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(InputFault, match=sentence):
        load_books(folder)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('closed = ["01-01"', 'closed = ["01-32"', "is not a date"),
        ("year = 2001", "year = 2002", "year 2001 is missing"),
        ('closed = ["01-01"', 'closed = ["01-03/01-01"', "ends before it begins"),
        ("first_day = 1990-12-19", "first_day = 1990", "must be a date"),
        ("provisional_to_year = 2040", "provisional_to_year = 99999", "provisional_to_year"),
        ("[[no_night]]", "[[no_nights]]", "unknown table 'no_nights'"),
    ],
)
def test_a_spoilt_calendar_is_one_sentence(folder: Path, old: str, new: str, sentence: str) -> None:
    shipped = Path(__file__).parents[3] / "src/huiguan/rulebooks/calendars/china.toml"
    text = shipped.read_text("utf-8")
    assert old in text
    (folder / "calendars").mkdir()
    (folder / "calendars" / "china.toml").write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(InputFault, match=sentence) as caught:
        load_books(folder)
    assert "china.toml" in str(caught.value)


def test_tiers_must_match_and_rise(folder: Path) -> None:
    path = folder / "venue.toml"
    text = path.read_text("utf-8")
    for old, new in (("low = []", 'low = ["0.25"]'), ("above = []\nlow", "above = [9, 8]\nlow")):
        path.write_text(text.replace(old, new, 1), "utf-8")
        with pytest.raises(InputFault, match="one entry a tier"):
            load_books(folder)


def test_a_newer_row_for_all_may_not_hide_the_stages_of_an_older_one(folder: Path) -> None:
    staged = """
[[position_limit]]
effective = 2010-04-16
from_months_before = 0
lots = 1000
article = "a stage"
source = "CFFEX-IF"
status = "secondary"

[[position_limit]]
effective = 2021-01-04
lots = 6000
article = "a newer limit for all"
source = "CFFEX-IF"
status = "secondary"
"""
    with (folder / "IF.toml").open("a") as file:
        file.write(staged)
    with pytest.raises(InputFault, match="hide the stages of an older one"):
        load_books(folder)


def test_a_newer_circular_wins_and_a_named_contract_wins_over_all(folder: Path) -> None:
    newer = CIRCULAR.replace("10%", "8%") + CIRCULAR.replace(
        "limit", 'contracts = "2102"\nlimit', 1
    ).replace("10%", "7%")
    with (folder / "IF.toml").open("a") as file:
        file.write(newer)
    books = load_books(folder)
    limits = {
        (code, day): parameters(books, code, day).limit_ppb
        for code, day in (("IF2101", 20201231), ("IF2101", 20210104), ("IF2102", 20210104))
    }
    assert list(limits.values()) == [parse_rate("10%"), parse_rate("8%"), parse_rate("7%")]


def test_a_file_replaces_the_shipped_one(tmp_path: Path) -> None:
    shipped = Path(__file__).parents[3] / "src/huiguan/rulebooks/shfe/wr.toml"
    target = tmp_path / "own" / "shfe"
    target.mkdir(parents=True)
    text = shipped.read_text("utf-8").replace("lot_size = 10", "lot_size = 20")
    (target / "wr.toml").write_text(text, "utf-8")
    books = load_books(tmp_path / "own")
    assert len(books.products) == 25
    assert parameters(books, "wr2610", 20260821).terms.lot_size == 20


def test_folders_that_are_no_books(tmp_path: Path) -> None:
    with pytest.raises(InputFault, match="is not a folder"):
        load_books(tmp_path / "nowhere")
    with pytest.raises(InputFault, match=r"holds no \.toml file"):
        load_books(tmp_path)
    (tmp_path / "new").mkdir()
    shutil.copy(CFFEX / "IF.toml", tmp_path / "new" / "IF.toml")
    with pytest.raises(InputFault, match=r"has no venue\.toml"):
        load_books(tmp_path)


def test_limits_of_the_example_venue_are_cut_inwards() -> None:
    # 2021-01-04: 5216.2 x 1.1 = 5737.82 and x 0.9 = 4694.58, tick 0.2
    found = parameters(load_books(CFFEX), "IF2101", 20210104)
    previous = found.terms.tick * 26_081
    rate = Fraction(found.limit_ppb, PPB)
    lower, upper = price_limits(previous, rate, found.terms.tick, found.limit_rounding)
    assert (str(lower), str(upper)) == ("4694.6", "5737.8")


def test_a_row_that_assumes_something_is_never_confirmed(folder: Path) -> None:
    assumed = CIRCULAR.replace('"secondary"', '"confirmed"\nnote = "the day is assumed"')
    with (folder / "IF.toml").open("a") as file:
        file.write(assumed)
    with pytest.raises(InputFault, match=r"\[\[circular\]\] row 2 .*cannot be confirmed"):
        load_books(folder)
    path = folder / "IF.toml"
    text = path.read_text("utf-8").replace(assumed, assumed.replace("confirmed", "assumed"))
    path.write_text(text, "utf-8")
    load_books(folder)


@pytest.mark.parametrize("kind", [*KINDS.values(), *table_types().values()])
def test_a_field_with_a_unit_says_how_it_is_written(kind: type[Struct]) -> None:
    """Else an amount would be read as a bare number of fen, and a rate of billionths."""
    for key in keys_of(kind).values():
        if key.field.endswith(("_ppb", "_fen", "_dm2")):
            assert key.written is not None, key.field
            assert key.key != key.field
