"""Clearing of whole days by columns equals the plain statement of every trading code."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from huiguan.exchange.clearing.client_day import (
    ClientDay,
    ClientLot,
    ClientTrade,
    ContractFacts,
    clear_client,
)
from huiguan.exchange.day.image import image_digest
from huiguan.exchange.day.result import DayResult, result_digest
from huiguan.exchange.evening.day_end import close_day
from huiguan.exchange.evening.day_postings import postings
from huiguan.exchange.evening.next_day import next_image
from huiguan.exchange.evening.rules_of_day import decimal_rate
from huiguan.exchange.evening.statements import Statements
from huiguan.exchange.messages import Hedge, Offset, Side
from huiguan.exchange.reports.differences import reconcile
from huiguan.foundation.arithmetic import show_fen
from huiguan.foundation.faults import CheckFault
from huiguan.foundation.postings import balances
from tests.markets import DAY, PRICES, Market, books, market, rules


def cleared(made: Market) -> DayResult:
    return close_day(made.image, made.events(), rules())


def quote(made: Market, instrument: int, units: int) -> Decimal:
    decimals = int(made.image.instruments["unit_decimals"][instrument])
    return Decimal(int(units)).scaleb(-decimals)


def facts_of(made: Market, result: DayResult) -> dict[str, ContractFacts]:
    """Return the facts of statements from the rulebooks and the result's settlement prices."""
    image, facts = made.image, {}
    for index, (name, rule) in enumerate(zip(PRICES, rules().contracts, strict=True)):
        row, terms, fee = result.contracts[index], image.instruments[index], rule.today.fee
        general, hedge = decimal_rate(row["general_ppb"]), decimal_rate(row["hedge_ppb"])
        previous = int(terms["previous_settlement_ticks"]) * int(terms["tick_units"])
        facts[name] = ContractFacts(
            instrument=name,
            product=rule.today.contract.product,
            exchange=rule.today.contract.venue,
            lot_size=Decimal(rule.today.terms.lot_size),
            previous_settlement=quote(made, index, previous),
            settlement=quote(made, index, row["settlement_units"]),
            long_margin=general,
            short_margin=general,
            long_hedge_margin=hedge,
            short_hedge_margin=hedge,
            fee_rate=decimal_rate(fee.rate_ppb),
            fee_per_lot_fen=fee.per_lot_fen,
            close_today_multiple=Decimal(fee.close_today_multiple),
            relief=rule.charged.larger_side,
            hedge_fee_share=decimal_rate(rule.today.hedge_fee.share_ppb),
        )
    return facts


def plain(made: Market, facts: dict[str, ContractFacts], code: int) -> ClientDay:
    """Return the plain clearing of one trading code."""
    names, image = made.image.names.instruments, made.image
    trades = []
    for number, row in enumerate(made.trades, 1):
        price, lots, instrument, buyer, seller, buy_offset, sell_offset, buy_hedge, sell_hedge = row
        units = price * int(image.instruments["tick_units"][instrument])
        for side, owner, offset, hedge in (
            (Side.BUY, buyer, buy_offset, buy_hedge),
            (Side.SELL, seller, sell_offset, sell_hedge),
        ):
            if owner == code:
                trades.append(
                    ClientTrade(
                        trade_id=number,
                        instrument=names[instrument],
                        side=side,
                        offset=Offset(offset),
                        price=quote(made, instrument, units),
                        lots=lots,
                        hedge=Hedge(hedge),
                    )
                )
    carried = [
        ClientLot(
            instrument=names[row["instrument"]],
            side=Side(int(row["side"])),
            open_date=int(row["open_day"]),
            open_price=quote(made, int(row["instrument"]), int(row["open_price_units"])),
            lots=int(row["lots"]),
            hedge=Hedge(int(row["hedge"])),
        )
        for row in image.lots
        if row["trading_code"] == code
    ]
    return clear_client(
        trading_day=DAY,
        contracts=facts,
        trades=trades,
        carried=carried,
        previous_balance_fen=int(image.trading_codes["deposit_fen"][code]),
    )


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 2**32), st.integers(0, 120))
def test_columns_equal_statements(seed: int, trades: int) -> None:
    made = market(seed, trades)
    result = cleared(made)
    facts = facts_of(made, result)
    for code, row in enumerate(result.accounts):
        day = plain(made, facts, code)
        assert row["close_profit_fen"] == day.funds.close_profit_fen
        assert row["mark_profit_fen"] == day.funds.mark_profit_fen
        assert row["fees_fen"] == day.funds.fees_fen
        assert row["margin_fen"] == day.funds.margin_fen
        assert row["balance_fen"] == day.funds.equity_fen
        held = [
            (line.instrument, line.side, line.hedge, line.open_date, line.open_price, line.lots)
            for line in day.positions
        ]
        lots = [
            (
                made.image.names.instruments[lot["instrument"]],
                Side(int(lot["side"])),
                Hedge(int(lot["hedge"])),
                int(lot["open_day"]),
                quote(made, int(lot["instrument"]), int(lot["open_price_units"])),
                int(lot["lots"]),
            )
            for lot in result.lots[result.lots["trading_code"] == code]
        ]
        assert sorted(lots) == sorted(held)


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 2**32))
def test_fast_statements_equal_plain_ones(seed: int) -> None:
    made = market(seed, 60)
    result = cleared(made)
    facts, fast = facts_of(made, result), Statements(made.image, result)
    for code, name in enumerate(made.image.names.trading_codes):
        day, slow = fast.statement(name), plain(made, facts, code)
        assert day.trades == slow.trades
        assert day.closed == slow.closed
        assert sorted(day.positions, key=repr) == sorted(slow.positions, key=repr)
        assert sorted(day.summary, key=repr) == sorted(slow.summary, key=repr)
        assert day.funds == slow.funds


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 2**32))
def test_money_is_neither_made_nor_mixed(seed: int) -> None:
    """Books sum to zero; each pool moves exactly as its own codes do, whatever others lose."""
    made = market(seed, 80)
    result = cleared(made)
    image, accounts = made.image, result.accounts
    assert accounts["close_profit_fen"].sum() + accounts["mark_profit_fen"].sum() == 0
    totals = balances(postings(image, result, "day"))
    for book in {book for book, _ in totals}:
        assert sum(amount for (b, _), amount in totals.items() if b == book) == 0
    assert totals.get(("exchange", "marking"), 0) == 0
    for index, pool in enumerate(result.pools):
        own = (image.trading_codes["member"] == pool["member"]) & (
            image.trading_codes["house"] == pool["house"]
        )
        moved = accounts["balance_fen"][own].sum() - accounts["previous_fen"][own].sum()
        assert pool["cash_fen"] - image.pools["cash_fen"][index] == moved
        kind = "house" if pool["house"] else "clients"
        name = f"{image.names.members[pool['member']]}/{kind}"
        change = -totals.get(("exchange", f"{name}:clearing deposit"), 0)
        change -= totals.get(("exchange", f"{name}:trading margin"), 0)
        assert change == moved
        assert -totals.get((name, "exchange"), 0) == -moved
    references = [
        (row.book, row.debit, row.credit, row.reference) for row in postings(image, result, "day")
    ]
    assert len(references) == len(set(references))


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 2**32))
def test_next_morning_reconciles_and_an_edit_shows(seed: int) -> None:
    made = market(seed, 60)
    result = cleared(made)
    tomorrow = next_image(made.image, result, books())
    assert reconcile(made.image, result, books(), [], tomorrow) == []
    assert tomorrow.settings.trading_day == 20260824
    assert tomorrow.settings.previous_result == result_digest(result).hex()
    assert image_digest(next_image(made.image, result, books())) == image_digest(tomorrow)
    edited = tomorrow._replace(trading_codes=tomorrow.trading_codes.copy())
    edited.trading_codes["deposit_fen"][3] += 1
    (difference,) = reconcile(made.image, result, books(), [], edited)
    was = show_fen(int(tomorrow.trading_codes["deposit_fen"][3]))
    now = show_fen(int(edited.trading_codes["deposit_fen"][3]))
    assert difference == f"trading code 000000000003: deposit {now} CNY, expected {was} CNY"


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 2**32))
def test_a_venue_with_net_positions_nets_oldest_first(seed: int) -> None:
    """Every buy meets the oldest shorts, every sale the oldest longs; flags mean nothing."""
    made = market(seed, 60)
    image = made.image
    image = image._replace(settings=replace(image.settings, offset_flags=False))
    queues: dict[tuple[int, int, int], list[list[int]]] = {}
    for lot in image.lots:
        key = (int(lot["trading_code"]), int(lot["instrument"]), int(lot["hedge"]))
        sign = -1 if lot["side"] else 1
        meet(queues.setdefault(key, []), sign, int(lot["lots"]), int(lot["open_price_units"]))
    for row in made.trades:
        price, lots, instrument, buyer, seller, _, _, buy_hedge, sell_hedge = row
        units = price * int(image.instruments["tick_units"][instrument])
        meet(queues.setdefault((buyer, instrument, buy_hedge), []), 1, lots, units)
        meet(queues.setdefault((seller, instrument, sell_hedge), []), -1, lots, units)
    result = close_day(image, made.events(), rules())
    held: dict[tuple[int, int, int], list[list[int]]] = {}
    for lot in result.lots:
        key = (int(lot["trading_code"]), int(lot["instrument"]), int(lot["hedge"]))
        sign = -1 if lot["side"] else 1
        held.setdefault(key, []).append([sign * int(lot["lots"]), int(lot["open_price_units"])])
    assert {key: total(rows) for key, rows in held.items()} == {
        key: total(rows) for key, rows in queues.items() if rows
    }


def meet(queue: list[list[int]], sign: int, lots: int, units: int) -> None:
    """Let lots meet the oldest of the other side; what is left waits at the end of the queue."""
    while lots and queue and queue[0][0] * sign < 0:
        take = min(lots, abs(queue[0][0]))
        queue[0][0] += sign * take
        lots -= take
        if queue[0][0] == 0:
            queue.pop(0)
    if lots:
        queue.append([sign * lots, units])


def total(rows: list[list[int]]) -> tuple[int, int]:
    """Return net lots and their opening value."""
    return sum(row[0] for row in rows), sum(row[0] * row[1] for row in rows)


def test_a_trade_that_closes_more_than_held_stops_the_day() -> None:
    made = market(1, 0, lots=0)
    made.trades.append((10_700, 2, 0, 0, 1, Offset.CLOSE, Offset.OPEN, 0, 0))
    with pytest.raises(CheckFault, match="closed more lots than it held"):
        cleared(made)


def test_lots_that_do_not_add_up_stop_the_day() -> None:
    made = market(2, 0)
    made.image.lots["lots"][0] += 1
    with pytest.raises(CheckFault, match="lots of the image"):
        cleared(made)


def test_a_position_without_a_counterpart_stops_the_day() -> None:
    made = market(3, 0)
    image = made.image
    image.lots["lots"][0] += 1
    row = image.lots[0]
    where = np.flatnonzero(
        (image.positions["trading_code"] == row["trading_code"])
        & (image.positions["instrument"] == row["instrument"])
        & (image.positions["hedge"] == row["hedge"])
    )[0]
    image.positions["short_lots" if row["side"] else "long_lots"][where] += 1
    with pytest.raises(CheckFault, match="long"):
        cleared(made)
