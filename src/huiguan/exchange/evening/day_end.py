"""The close of a day as a function: image, events, rules and decisions give the DayResult.

The order of steps is fixed (4.1): statistics, locks, settlement prices, positions and lots, profit,
tomorrow's parameters, margin, fees, clearing deposits, postings, proofs. What does not add up stops
the day with a report; nothing is repaired.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from huiguan.exchange.day.image import DayImage, image_digest
from huiguan.exchange.day.instructions.every import (
    AnyInstruction,
    check_instructions,
    check_instruments,
)
from huiguan.exchange.day.result import AccountResult, DayResult, MemberContract, ResultSettings
from huiguan.exchange.evening.carried import (
    freed_rows,
    lodged_warrants,
    lots_backed,
    undelivered,
)
from huiguan.exchange.evening.day_money import (
    cash_fee_rates,
    clear_pools,
    delivery_fees,
    margins,
    mark,
    order_fees,
    reserve_share,
    rules_of_pools,
    total_profit,
    transfers,
)
from huiguan.exchange.evening.day_positions import (
    LONG,
    SHORT,
    Holdings,
    codes_of,
    fees_of_codes,
    held_lots,
    held_positions,
    hold,
    name_of,
    split_of,
)
from huiguan.exchange.evening.day_postings import posting_rows
from huiguan.exchange.evening.day_prices import find_locks, settle, statistics, tomorrow_of
from huiguan.exchange.evening.day_reduction import (
    Reduced,
    reduce_positions,
    reduction_rows,
    unfilled_closes,
)
from huiguan.exchange.evening.rules_of_day import DayRules
from huiguan.exchange.events import DayEvents
from huiguan.foundation.columns import stacked, sums
from huiguan.foundation.faults import CheckFault
from huiguan.foundation.records import blank_rows


class CorePositions(NamedTuple):
    """What the trading core says it holds at the close, to be compared: lots and fees."""

    key: np.ndarray  # (code x instruments + instrument) x 4 + hedge flag
    long_lots: np.ndarray
    short_lots: np.ndarray
    fees_fen: np.ndarray  # per trading code


class SettledDay(NamedTuple):
    """What stands before any money is reckoned: prices, trades, positions, fees."""

    contracts: np.ndarray  # ContractResult, with settlement prices, without tomorrow's parameters
    settlement_ticks: np.ndarray
    trades: np.ndarray  # those of forced reductions at the end
    found: Holdings
    fees_fen: np.ndarray  # of trades, by trading code
    reduced: Reduced


def close_day(
    image: DayImage,
    events: DayEvents,
    rules: DayRules,
    instructions: Sequence[AnyInstruction] = (),
    core: CorePositions | None = None,
    report: Callable[[str], None] = lambda _: None,
) -> DayResult:
    """Return the result of the day; ``report`` is told the name of each step before it begins.

    Raises ``CheckFault`` when positions, books or sums disagree.
    """
    check_instructions(instructions)
    check_instruments(instructions, image.names.instruments)
    evening = evening_of(image, events, rules, instructions, core, report)
    contracts, ticks, trades, found, fees, reduced = evening
    lots = held_lots(image, found)
    report("profit and loss")
    accounts = _profits(image, trades, found, ticks)
    report("parameters of the next trading day")
    contracts["open_interest_lots"] = _by_instrument(image, found, found.held[LONG])
    tomorrow_of(image, rules, contracts, instructions)
    report("margin, fees and clearing deposits")
    fee_rows = order_fees(image, events, rules)
    moved = transfers(image, events)
    accounts["fees_fen"] = fees
    accounts["order_fees_fen"] = sums(fee_rows["trading_code"], fee_rows["fee_fen"], len(accounts))
    cash_fen = delivery_fees(image, found, cash_fee_rates(rules, contracts), ticks)
    accounts["delivery_fees_fen"] = cash_fen
    backed = lots_backed(image, found, rules, lodged_warrants(image, instructions))
    margin = margins(image, found, ticks, contracts, backed)
    kept = undelivered(image, found, rules, margin.expired_fen)
    accounts["margin_fen"] = margin.margin_fen
    accounts["delivery_margin_fen"] = sums(kept["trading_code"], kept["margin_fen"], len(accounts))
    accounts["deposits_fen"], accounts["withdrawals_fen"] = moved[:2]
    accounts["balance_fen"] = balances_of(accounts)
    used = codes_of(image, found.key), split_of(image, found.key)[0]
    by_pool = rules_of_pools(image, rules.venues, rules.by_venue, *used)
    pools = clear_pools(image, by_pool, accounts, moved)
    report("postings and proofs")
    reserve = reserve_of(image, rules, evening, fee_rows, pools)
    expired = np.array([row.tomorrow is None for row in rules.contracts])
    positions = held_positions(image, found)
    gone, lots_gone = expired[positions["instrument"]], expired[lots["instrument"]]
    result = DayResult(
        settings=settings_of(image, rules, reserve),
        contracts=contracts,
        accounts=accounts,
        pools=pools,
        positions=positions[~gone],
        lots=lots[~lots_gone],
        expired=positions[gone],
        member_contracts=_member_contracts(image, found, events.trades),
        order_fees=fee_rows,
        postings=posting_rows(image, accounts, pools, reserve),
        trades=trades,
        unfilled_closes=unfilled_closes(image, events, contracts),
        freed_shorts=freed_rows(image, found, backed),
        reductions=reduction_rows(reduced, len(events.trades) + 1),
        undelivered=kept,
    )
    prove(image, found, result)
    return result


def evening_of(
    image: DayImage,
    events: DayEvents,
    rules: DayRules,
    instructions: Sequence[AnyInstruction],
    core: CorePositions | None,
    report: Callable[[str], None],
) -> SettledDay:
    """Return settlement prices, and what is held at them after forced reductions."""
    report("statistics and limit-locked contracts")
    contracts = statistics(image, events.trades)
    find_locks(image, events, contracts)
    report("settlement prices")
    settled = settle(image, events, rules, contracts, instructions)
    contracts["settlement_units"], contracts["settled_by"] = settled
    tick_units = image.instruments["tick_units"]
    if (settled.units % tick_units).any():
        raise CheckFault("a settlement price is off the day's tick; correct the decision")
    report("positions and lots")
    trades, found = events.trades, hold(image, events.trades)
    fees = fees_of_codes(image, trades)
    if core is not None:
        compare_with_core(image, found, fees, core)
    reduced = reduce_positions(image, rules, instructions)
    if reduced.tiers:  # the core knows nothing of them: they are made after the close
        trades = stacked([trades, reduced.trades])
        found, fees = hold(image, trades), fees_of_codes(image, trades)
    return SettledDay(contracts, settled.units // tick_units, trades, found, fees, reduced)


def reserve_of(
    image: DayImage,
    rules: DayRules,
    settled_day: SettledDay,
    fee_rows: np.ndarray,
    pools: np.ndarray,
) -> int:
    """Return the fen of the day's fees that go to the risk reserve."""
    income = int(pools["fees_fen"].sum() + pools["order_fees_fen"].sum())
    cash_rates, trades = cash_fee_rates(rules, settled_day.contracts), settled_day.trades

    def fees_of(own: np.ndarray) -> int:
        """Return all fees of the contracts marked."""
        rates = np.where(own, cash_rates, 0)
        cash = delivery_fees(image, settled_day.found, rates, settled_day.settlement_ticks)
        traded = fees_of_codes(image, trades[own[trades["instrument"]]])
        orders = fee_rows["fee_fen"][own[fee_rows["instrument"]]]
        return int(traded.sum() + orders.sum() + cash.sum())

    return reserve_share(rules, income, fees_of)


def settings_of(image: DayImage, rules: DayRules, reserve_fen: int) -> ResultSettings:
    """Return what of a result is not a table."""
    return ResultSettings(
        trading_day=rules.trading_day,
        next_trading_day=rules.next_trading_day,
        image_digest=image_digest(image).hex(),
        rulebook_digest=rules.rulebook_digest,
        reserve_share_fen=reserve_fen,
    )


def balances_of(accounts: np.ndarray) -> np.ndarray:
    """Return the equity of every account: what was there and everything that moved."""
    result: np.ndarray = (
        accounts["previous_fen"]
        + accounts["deposits_fen"]
        - accounts["withdrawals_fen"]
        + accounts["close_profit_fen"]
        + accounts["mark_profit_fen"]
        - accounts["fees_fen"]
        - accounts["order_fees_fen"]
        - accounts["delivery_fees_fen"]
    )
    return result


def compare_with_core(
    image: DayImage, found: Holdings, fees: np.ndarray, core: CorePositions
) -> None:
    """Stop the day when the core's positions or fees differ from those of the trades."""
    order = np.argsort(core.key)
    held = found.held
    alive = np.flatnonzero((held > 0).any(axis=0))
    mine = np.stack([found.key[alive], held[LONG, alive], held[SHORT, alive]])
    theirs = np.stack([core.key[order], core.long_lots[order], core.short_lots[order]])
    theirs = theirs[:, (theirs[1:] > 0).any(axis=0)]
    if not np.array_equal(mine, theirs):
        first = _first_difference(mine, theirs)
        raise CheckFault(
            f"positions of core and clearing differ, first {name_of(image, first[0])}: trades give"
            f" {first[1]}, the core holds {first[2]} (long, short); the day is not closed, keep"
            " its folder and compare versions"
        )
    if not np.array_equal(fees, core.fees_fen):
        code = int(np.flatnonzero(fees != core.fees_fen)[0])
        raise CheckFault(
            f"fees of trading code {image.names.trading_codes[code]} differ: trades give"
            f" {fees[code]} fen, the core charged {core.fees_fen[code]}; the day is not closed"
        )


def _first_difference(mine: np.ndarray, theirs: np.ndarray) -> tuple[int, object, object]:
    """Return key and both sides of the first position that differs."""
    ours = {int(key): (int(a), int(b)) for key, a, b in mine.T}
    others = {int(key): (int(a), int(b)) for key, a, b in theirs.T}
    key = min(k for k in ours.keys() | others.keys() if ours.get(k) != others.get(k))
    return key, ours.get(key, (0, 0)), others.get(key, (0, 0))


def _profits(
    image: DayImage, trades: np.ndarray, found: Holdings, settlement_ticks: np.ndarray
) -> np.ndarray:
    """Return the accounts with close and mark profit; the total formula must agree."""
    accounts = blank_rows(AccountResult, len(image.trading_codes))
    accounts["previous_fen"] = image.trading_codes["deposit_fen"]
    accounts["close_profit_fen"] = found.close_profit_fen
    accounts["mark_profit_fen"] = mark(image, found, settlement_ticks)
    both = accounts["close_profit_fen"] + accounts["mark_profit_fen"]
    total = total_profit(image, trades, settlement_ticks)
    if not np.array_equal(both, total):
        code = int(np.flatnonzero(both != total)[0])
        raise CheckFault(
            f"profit of trading code {image.names.trading_codes[code]}: the split gives"
            f" {both[code]} fen, the total formula {total[code]}; the day is not closed"
        )
    return accounts


def _by_instrument(image: DayImage, found: Holdings, amounts: np.ndarray) -> np.ndarray:
    """Return sums per instrument of an amount per position."""
    return sums(split_of(image, found.key)[0], amounts, len(image.instruments))


def _member_contracts(image: DayImage, found: Holdings, trades: np.ndarray) -> np.ndarray:
    """Return volume, long and short of every member in every contract it traded or holds."""
    count = len(image.instruments)
    size, members = len(image.members) * count, image.trading_codes["member"].astype(np.int64)
    volume = np.zeros(size, np.int64)
    for side in ("buy_code", "sell_code"):
        volume += sums(members[trades[side]] * count + trades["instrument"], trades["lots"], size)
    cell = members[codes_of(image, found.key)] * count + split_of(image, found.key)[0]
    longs, shorts = (sums(cell, held, size) for held in found.held)
    alive = np.flatnonzero(volume + longs + shorts)
    table = blank_rows(MemberContract, len(alive))
    table["member"], table["instrument"] = np.divmod(alive, count)
    table["volume_lots"], table["long_lots"] = volume[alive], longs[alive]
    table["short_lots"] = shorts[alive]
    return table[np.lexsort([table["member"], table["instrument"]])]


def prove(image: DayImage, found: Holdings, result: DayResult) -> None:
    """Check what must hold every evening: long equals short, profit and books sum to zero."""
    longs = _by_instrument(image, found, found.held[LONG])
    shorts = _by_instrument(image, found, found.held[SHORT])
    if not np.array_equal(longs, shorts):
        wrong = int(np.flatnonzero(longs != shorts)[0])
        name = image.names.instruments[wrong]
        raise CheckFault(f"{name}: {longs[wrong]} lots long, {shorts[wrong]} short; not closed")
    accounts, pools = result.accounts, result.pools
    profit = int(accounts["close_profit_fen"].sum() + accounts["mark_profit_fen"].sum())
    if profit != 0:
        raise CheckFault(f"profit and loss of all accounts sum to {profit} fen, not to zero")
    names = ("fees_fen", "order_fees_fen", "delivery_fees_fen")
    if sum(accounts[n].sum() for n in names) != sum(pools[n].sum() for n in names[:2]):
        raise CheckFault("fees of accounts and pools differ; the day is not closed")
    if pools["profit_fen"].sum() != 0:
        raise CheckFault("profit and loss of all pools do not sum to zero; the day is not closed")
