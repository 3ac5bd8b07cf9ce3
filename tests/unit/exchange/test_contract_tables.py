"""Contract tables of the reference day 2026-08-21 (rulebook updates, section 4)."""

from decimal import Decimal

import numpy as np
import pytest

from huiguan.exchange.day.contract_tables import (
    ContractTables,
    ListedContract,
    contract_tables,
    units_of,
)
from huiguan.exchange.messages import Phase, Right
from huiguan.foundation.faults import InputFault
from huiguan.storage.market.rulebooks.load import load_books

DAY = 20260821
LISTED = [
    ListedContract(code="cu2610", settlement_units=106_860, open_interest_lots=176_877),
    ListedContract(code="au2610", settlement_units=96_962),  # 969.62
    ListedContract(code="cu2609", settlement_units=107_180),
    ListedContract(code="ec2608", settlement_units=31_480),  # 3,148.0, delivery month
    ListedContract(code="sc2610", settlement_units=5_849, has_traded=False, right=Right.FORBIDDEN),
]


@pytest.fixture(scope="module")
def tables() -> ContractTables:
    return contract_tables(load_books(), DAY, LISTED)


def test_limits_and_ticks(tables: ContractTables) -> None:
    copper, gold = tables.instruments[0], tables.instruments[1]
    assert (copper["lower_limit_ticks"], copper["upper_limit_ticks"]) == (9_724, 11_647)
    assert copper["tick_value_fen"] == 5_000
    assert copper["previous_settlement_ticks"] == 10_686
    assert copper["position_limit_lots"] == 17_687  # 10 % of 176,877
    assert (gold["lower_limit_ticks"], gold["upper_limit_ticks"]) == (41_693, 55_268)  # x 0.02
    assert (gold["tick_units"], gold["unit_decimals"], gold["tick_value_fen"]) == (2, 2, 2_000)


def test_untraded_contract_keeps_twice_the_limit(tables: ContractTables) -> None:
    crude = tables.instruments[4]
    assert tables.contract_states[4]["limit_ppb"] == 280_000_000
    assert crude["first_day"] == 1
    assert crude["right"] == Right.FORBIDDEN


def test_margins_and_fees(tables: ContractTables) -> None:
    general = tables.margins[(tables.margins["instrument"] == 0) & (tables.margins["hedge"] == 0)]
    hedging = tables.margins[(tables.margins["instrument"] == 0) & (tables.margins["hedge"] == 2)]
    assert general["margin_fen"].tolist() == [5_877_300, 5_877_300]  # 534,300.00 x 11 %
    assert hedging["margin_fen"].tolist() == [5_343_000, 5_343_000]  # 10 %
    fees = tables.fees[(tables.fees["instrument"] == 0) & (tables.fees["hedge"] == 0)]
    assert fees["rate_ppb"].tolist() == [50_000, 50_000, 100_000]  # 0.5 bp, close today twice
    gold = tables.fees[(tables.fees["instrument"] == 1) & (tables.fees["hedge"] == 2)]
    assert gold["per_lot_fen"].tolist() == [1_000, 1_000, 0]  # half of 20 CNY, from 2 months before


def test_relief_groups(tables: ContractTables) -> None:
    rows = tables.instruments
    assert tables.product_names == ["cu", "au", "ec", "sc"]
    assert rows[0]["long_relief_group"] == rows[2]["short_relief_group"] == 0
    assert (rows[3]["long_relief_group"], rows[3]["short_relief_group"]) == (4, 5)  # ec: both


def test_phase_groups(tables: ContractTables) -> None:
    assert tables.phase_group_names == ["cu", "au", "ec"]  # 01:00, 02:30 (with sc), none
    assert tables.instruments["phase_group"].tolist() == [0, 1, 0, 2, 1]
    assert (np.diff(tables.phases["time_ns"]) >= 0).all()
    last = {int(row["group"]): Phase(int(row["phase"])) for row in tables.phases}
    assert set(last.values()) == {Phase.CLOSED}


def test_prices_finer_than_the_quote_are_refused() -> None:
    assert units_of(Decimal("413.10"), 2) == 41_310
    with pytest.raises(InputFault, match="finer"):
        units_of(Decimal("413.105"), 2)
    odd = [ListedContract(code="cu2610", settlement_units=106_865)]
    with pytest.raises(InputFault, match="no multiple"):
        contract_tables(load_books(), DAY, odd)
