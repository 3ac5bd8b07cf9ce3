"""A market of one's own from nothing: opened, run with orders in words, closed, opened again."""

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import huiguan
from huiguan.cli import main
from huiguan.foundation.faults import InputFault
from huiguan.storage.market.rulebooks.load import SHIPPED
from huiguan.storage.market.rulebooks.template import product_template
from tests.markets import books

A, B = "000100000001", "000200000002"
PRICES = {"cu": "106860"}
MONEY = {A: "1,000,000.00", B: "1,000,000.00"}
TAKE = {"time": "09:00:01", "code": A, "contract": "cu2610", "side": "buy", "price": "106900"}
GIVE = TAKE | {"time": "09:00:02", "code": B, "side": "sell"}
SELL = TAKE | {"time": "10:45:00", "side": "sell", "offset": "close today", "price": "107000"}
ORDERS = [TAKE | {"lots": "3"}, GIVE | {"lots": "2"}, SELL | {"lots": "1"}]


@pytest.fixture
def first(tmp_path: Path) -> Path:
    rows = huiguan.first_instructions(PRICES, MONEY)
    orders = huiguan.read_instructions(rows)
    return huiguan.open_first(tmp_path / "20260821", books(), 20260821, orders).root


def test_three_orders_from_nothing_to_a_statement(first: Path) -> None:
    """A buys two lots of five tonnes at 106,900; the day settles there, and each pays its fee.

    Trade 106,900 x 5 t x 2 = 1,069,000.00; fee 0.5 bp: 53.45; margin 11 % of it: 117,590.00.
    """
    run = huiguan.run_day(first, ORDERS)
    assert (run.rows, run.trades, run.refused) == (3, 1, {})
    closed = huiguan.close_day(first, books())
    account = closed.result.accounts[0]
    assert closed.image.names.trading_codes[0] == A
    assert (int(account["fees_fen"]), int(account["margin_fen"])) == (5_345, 11_759_000)
    assert int(account["balance_fen"]) == 100_000_000 - 5_345
    text = huiguan.statement(first, A, books())
    assert "cu2610" in text
    assert "999,946.55" in text or "999946.55" in text
    assert huiguan.opening_price(huiguan.read_market(first), "cu2610") == "106900"
    following = huiguan.open_next(first, books())
    assert following.image.settings.trading_day == 20260824
    assert huiguan.verify_day(first, books()).hashes is not None


def test_a_first_day_is_what_its_instructions_say(first: Path) -> None:
    orders = huiguan.read_instructions(huiguan.first_instructions(PRICES, MONEY))
    with pytest.raises(InputFault, match="is a trading day already"):
        huiguan.open_first(first, books(), 20260821, orders)


@pytest.mark.parametrize(
    ("day", "rows", "sentence"),
    [
        (20260822, huiguan.first_instructions(PRICES, {}), "2026-08-22"),
        (20260821, huiguan.first_instructions({}, MONEY), "a first day needs a product"),
        (
            20260821,
            huiguan.first_instructions({"zz": "1"}, MONEY),
            "no rulebook has a product 'zz'",
        ),
    ],
)
def test_what_cannot_begin_is_one_sentence(
    tmp_path: Path, day: int, rows: list[dict[str, object]], sentence: str
) -> None:
    orders = huiguan.read_instructions(rows)
    with pytest.raises(InputFault, match=sentence):
        huiguan.open_first(tmp_path / "day", books(), day, orders)
    assert not (tmp_path / "day").exists()


def test_the_same_by_commands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    instructions, orders = tmp_path / "first.json", tmp_path / "orders.csv"
    instructions.write_text(json.dumps(huiguan.first_instructions(PRICES, MONEY)), "utf-8")
    heads = ("time", "code", "contract", "side", "offset", "price", "lots")
    lines = [",".join(row.get(name, "") for name in heads) for row in ORDERS]
    orders.write_text("\n".join([",".join(heads), *lines]), "utf-8")
    day = str(tmp_path / "20260821")
    begin = ("day", "first", day, "--on", "2026-08-21", "--instructions", str(instructions))
    for words, told in (
        (begin, "12 contracts, 2 trading codes"),
        (("day", "run", day, "--orders", str(orders)), "3 rows sent, 1 trades; the day is over"),
        (("day", "close", day), "closed: "),
        (("statement", day, A), "cu2610"),
    ):  # fmt: skip
        monkeypatch.setattr(sys, "argv", ["huiguan", *words])
        with pytest.raises(SystemExit) as end:
            main()
        assert end.value.code in (0, None)
        assert told in capsys.readouterr().out


def test_every_name_of_the_front_door_is_there() -> None:
    assert set(huiguan.__all__) == set(huiguan.ROOMS)
    for name in huiguan.__all__:
        assert getattr(huiguan, name).__doc__, name
    with pytest.raises(AttributeError, match="there are: CheckFault"):
        _ = huiguan.nothing


def test_a_new_venue_is_data_and_is_listed_in_a_running_chain(first: Path, tmp_path: Path) -> None:
    """docs/how-to/add-a-venue.md: a venue, a product and their rules come by three files."""
    own = tmp_path / "own"
    (own / "gx").mkdir(parents=True)
    (own / "sources.toml").write_text('[OWN]\ntitle = "Rules of the garden"\nwhere = "its wall"\n')
    venue = (SHIPPED / "shfe/venue.toml").read_text("utf-8")
    header = 'code = "GX"\nname = "Garden Exchange"\n'
    venue = re.sub(r'code = "SHFE"\nname = "[^"]*"\n', header, venue, count=1)
    (own / "gx/venue.toml").write_text(venue, "utf-8")
    apples = product_template("cu", "ap", 20260824, 20260824)
    (own / "gx/ap.toml").write_text(apples, "utf-8")
    huiguan.run_day(first, ORDERS)
    huiguan.close_day(first, books())
    row = {"type": "ListProduct", "product": "ap", "price": "50000"}
    signed = row | {"maker": "A", "checker": "B", "reference": "gx-1"}
    orders = huiguan.read_instructions([signed])
    opened = huiguan.open_next(first, huiguan.load_books(own), orders)
    names = opened.image.names.instruments
    assert (names[0][:2], names[-1][:2], len(names)) == ("ap", "cu", 24)
    assert opened.image.settings.venue == "SHFE+GX"
    listed = opened.image.instruments[0]
    # limit 7 % in August 2026, doubled until the first trade: 50,000 x 0.86 and x 1.14
    assert (int(listed["lower_limit_ticks"]), int(listed["upper_limit_ticks"])) == (4_300, 5_700)


@pytest.mark.parametrize(
    "step",
    [
        huiguan.read_market,
        lambda day: huiguan.close_day(day, books()),
        lambda day: huiguan.open_next(day, books()),
        lambda day: huiguan.statement(day, A, books()),
        lambda day: huiguan.explain_command(day, 1),
    ],
)
def test_a_day_that_has_not_run_names_the_step_that_is_missing(
    first: Path, step: Callable[[Path], object]
) -> None:
    with pytest.raises(InputFault, match=r"not begun.* run it with `huiguan day run"):
        step(first)


def test_a_product_that_is_mistyped_is_named(tmp_path: Path) -> None:
    rows = huiguan.first_instructions({"cux": "106860"}, MONEY)
    with pytest.raises(InputFault, match="no rulebook has a product 'cux'; did you mean 'cu'"):
        huiguan.open_first(tmp_path / "d", books(), 20260821, huiguan.read_instructions(rows))


def test_one_instruction_is_followed_once(first: Path) -> None:
    """A file given again the next evening moves no money again; nor does one of the first day.

    A has 1,000,000.00 and no trade, so its equity only changes by what it is paid in.
    """
    pay = {"type": "MoveClientMoney", "maker": "A", "checker": "B", "trading_code": A}
    once = huiguan.read_instructions([pay | {"reference": "O-1", "amount": "500.00"}])
    huiguan.run_day(first, [])
    huiguan.close_day(first, books())
    reused = huiguan.read_instructions([pay | {"reference": "first-1", "amount": "1.00"}])
    with pytest.raises(InputFault, match="'first-1' was given before, in the opening of 20260821"):
        huiguan.open_next(first, books(), reused)
    second = huiguan.open_next(first, books(), once).root
    assert not huiguan.open_next(first, books(), once).written  # the same step again
    huiguan.run_day(second, [])
    huiguan.close_day(second, books())
    with pytest.raises(InputFault, match="'O-1' was followed before, in the opening of 20260824"):
        huiguan.open_next(second, books(), once)
    third = huiguan.open_next(second, books()).image
    assert int(third.trading_codes["deposit_fen"][0]) == 100_050_000


def test_a_close_takes_no_reference_of_an_earlier_day(first: Path) -> None:
    rows = [
        {"type": "DecideSettlement", "maker": "A", "checker": "B", "reference": "first-2"}
        | {"instrument": "cu2610", "price": "106900"}
    ]
    huiguan.run_day(first, [])
    with pytest.raises(InputFault, match="'first-2' was given before, in the opening of 20260821"):
        huiguan.close_day(first, books(), huiguan.read_instructions(rows))
    assert not (first / "result").exists()


def test_the_front_door_takes_paths_and_days_as_programs_have_them(tmp_path: Path) -> None:
    """A folder as text, a day as text, a price as a number: what a script or a data frame holds."""
    folder = str(tmp_path / "20260821")
    orders = huiguan.read_instructions(huiguan.first_instructions(PRICES, MONEY))
    with pytest.raises(InputFault, match="2026-08-22 is not a trading day"):
        huiguan.open_first(folder, books(), "2026-08-22", orders)
    with pytest.raises(InputFault, match="write it like 2026-07-01"):
        huiguan.open_first(folder, books(), "21 August", orders)
    huiguan.open_first(folder, books(), "2026-08-21", orders)
    assert (
        huiguan.run_day(folder, [row | {"price": int(row["price"])} for row in ORDERS]).trades == 1
    )
    assert len(huiguan.read_market(folder).events.trades) == 1
    assert huiguan.explain_command(folder, 3).command.name == "enter_order"
    huiguan.close_day(folder, huiguan.load_books())
    assert huiguan.read_closed(folder)[1].settings.trading_day == 20260821
    assert "cu2610" in huiguan.statement(folder, A, books())
    assert huiguan.open_next(folder, books()).root == tmp_path / "20260824"
    assert huiguan.verify_day(folder, books()).hashes is not None
    with pytest.raises(InputFault, match="no-round"):
        huiguan.check_round(str(tmp_path / "no-round"))


@pytest.mark.parametrize(("pool", "told"), [("2,000,000.00", False), ("1,999,999.99", True)])
def test_a_member_below_its_minimum_is_told_at_once(
    *,
    pool: str,
    told: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A futures firm's least clearing deposit is 2,000,000.00 (docs/reference/rulebook.md)."""
    rows = huiguan.first_instructions(PRICES, {A: "1,000,000.00"}, pool)
    (tmp_path / "first.json").write_text(json.dumps(rows), "utf-8")
    words = ["day", "first", str(tmp_path / "20260821"), "--on", "2026-08-21"]
    words += ["--instructions", str(tmp_path / "first.json")]
    monkeypatch.setattr(sys, "argv", ["huiguan", *words])
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code in (0, None)
    sentence = (
        "close only: the clearing deposit of 0001/clients, 1,999,999.99 CNY, lies below its"
        " minimum, so its codes may only close (1); MoveMemberMoney pays in"
    )
    assert (sentence in capsys.readouterr().out) is told
