"""What ``reconcile`` says of an edited morning: codes, yuan, decimals and words, no row numbers."""

import numpy as np
import pytest
from msgspec.structs import replace

from huiguan.exchange.day.image import DayImage
from huiguan.exchange.day.instructions.limits import SetQuota
from huiguan.exchange.day.instructions.money import LodgeWarrants, MoveMemberMoney
from huiguan.exchange.messages import Right
from huiguan.exchange.reports.differences import TABLE_WORDS, differences, rows_in_words
from huiguan.foundation.tables import tables_of
from tests.evenings import LONG, OWN, SHORT, given, opened
from tests.unit.cli.test_instructions import small_day

LODGED = given(LodgeWarrants, "W", trading_code=SHORT, product="cu", quantity=25)
QUOTA = given(SetQuota, "Q", holder="10000003", instrument="ag2610", long_lots=5, short_lots=0)


def morning() -> DayImage:
    return opened(QUOTA).image


def edited(table: str, field: str, row: int, value: int) -> list[str]:
    """Return what is said when one field of one row is another."""
    image = morning()
    rows = getattr(image, table).copy()
    rows[field][row] = value
    return differences(image, image._replace(**{table: rows}))


@pytest.mark.parametrize(
    ("table", "field", "row", "value", "line"),
    [
        (
            "trading_codes",
            "deposit_fen",
            2,
            1_000_000_001,
            f"trading code {LONG}: deposit 10,000,000.01 CNY, expected 10,000,000.00 CNY",
        ),
        (
            "trading_codes",
            "right",
            0,
            Right.FORBIDDEN,
            f"trading code {OWN}: right forbidden, expected allow",
        ),
        (
            "trading_codes",
            "member",
            0,
            1,
            f"trading code {OWN}: member 0002, expected 0001",
        ),
        (
            "instruments",
            "upper_limit_ticks",
            1,
            12_000,
            "contract cu2610: upper limit 120000, expected 116470",  # 106,860 x 1.09, a tick is 10
        ),
        ("pools", "house", 0, 1, "pool 0001/clients is missing: expected cash 10,000,000.00 CNY"),
        (
            "positions",
            "long_lots",
            0,
            11,
            f"position of {LONG} cu2610 speculation: long 11, expected 10",
        ),
        (
            "lots",
            "open_price_units",
            0,
            106_870,
            f"lot of {LONG} cu2610 speculation buy 2026-08-20 1: open price 106870, expected 106",
        ),
        (
            "contract_states",
            "general_ppb",
            1,
            120_000_000,
            "clearing state of cu2610: general 12%, expected 11%",
        ),
        (
            "holder_limits",
            "long_quota_lots",
            0,
            6,
            "limits of client 10000003 ag2610: long quota 6, expected 5",
        ),
        (
            "past_settlements",
            "settlement_units",
            1,
            100_000,
            "past settlement of cu2610 2026-08-21: settlement 100000, expected 106860",
        ),
    ],
)
def test_an_edit_in_words(table: str, field: str, row: int, value: int, line: str) -> None:
    assert edited(table, field, row, value)[0].startswith(line)


def test_rows_too_many_and_missing() -> None:
    image = morning()
    fewer = image._replace(positions=image.positions[:1])
    held = "position of 000210000004 cu2610 hedge"
    assert differences(image, fewer) == [f"{held} is missing: expected long 0, short 10"]
    assert differences(fewer, image) == [f"{held} is not expected: long 0, short 10"]
    limits = image.holder_limits[:0]
    found = differences(image, image._replace(holder_limits=limits))
    assert [line.split(" is missing")[0] for line in found] == [
        "limits of client 10000003 ag2610",
        "limits of client 10000004 cu2610",
    ]


def test_settings_names_and_the_order_of_rows() -> None:
    image = morning()
    other = replace(image.settings, trading_day=20260825, offset_flags=False)
    assert differences(image, image._replace(settings=other)) == [
        "setting trading day: 2026-08-25, expected 2026-08-24",
        "setting offset flags: false, expected true",
    ]
    names = replace(image.names, trading_codes=[OWN, *image.names.trading_codes[:0:-1]])
    assert "trading codes stand in another order than expected" in differences(
        image, image._replace(names=names)
    )
    renamed = replace(image.names, holders=["nobody", *image.names.holders[1:]])
    found = differences(image, image._replace(names=renamed))
    assert f"trading code {OWN}: holder nobody, expected client 10000001" in found
    assert "holders: client 10000001 is missing" in found


def test_at_most_ten_lines_of_a_table() -> None:
    image = morning()
    fees = image.fees.copy()
    fees["per_lot_fen"] += 1
    found = differences(image, image._replace(fees=fees))
    assert len(found) == 11
    assert found[0] == "fee of ag2610 speculation open: per lot 0.01 CNY, expected 0.00 CNY"
    assert found[-1] == "fees: 26 more differ"  # 3 contracts x 4 flags x 3 classes


def test_every_field_has_words() -> None:
    """Every other value of every field of every table is one line without row numbers."""
    image = small_day()._replace(warrants=opened(LODGED).image.warrants)
    assert set(TABLE_WORDS) <= set(tables_of(DayImage))
    for table in tables_of(DayImage):
        rows = getattr(image, table)
        if not len(rows):
            continue
        assert len(rows_in_words(image, table)) == len(rows)
        for field in rows.dtype.names:
            other = rows.copy()
            other[field][-1] += 1
            found = differences(image, image._replace(**{table: other}))
            assert found, (table, field)
            assert not any("[" in line or "_" in line for line in found)


def test_an_instruction_nobody_gave_shows() -> None:
    """A row of money edited into tomorrow is what an instruction would have been."""
    paid = given(MoveMemberMoney, "M", member="0001", house=False, amount_fen=100)
    found = differences(opened().image, opened(paid).image)
    assert found == [
        "member 0001: deposit 20,000,001.00 CNY, expected 20,000,000.00 CNY",
        "pool 0001/clients: cash 10,000,001.00 CNY, expected 10,000,000.00 CNY",
    ]
    assert np.array_equal(opened().image.fees, opened(paid).image.fees)
