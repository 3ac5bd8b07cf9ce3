"""Statistics, locks, settlement prices and tomorrow's parameters of every contract of a day."""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

import numpy as np
from msgspec.structs import replace

from huiguan.exchange.clearing.parameters import (
    MOVE_DAYS,
    Circular,
    LockState,
    Tomorrow,
    halted_after_lock,
    moved_by,
    next_lock_state,
    parameters_of_tomorrow,
)
from huiguan.exchange.clearing.settlement_price import (
    SettlementPrice,
    last_hour_average,
    settlement_price,
)
from huiguan.exchange.day.contract_tables import units_of
from huiguan.exchange.day.image import DayImage
from huiguan.exchange.day.instructions.every import AnyInstruction, index_of
from huiguan.exchange.day.instructions.prices import (
    DecideParameters,
    DecideSettlement,
    RaiseMargin,
)
from huiguan.exchange.day.result import ContractResult, SettledBy
from huiguan.exchange.evening.carried import evenings_of
from huiguan.exchange.evening.rules_of_day import (
    ContractRules,
    DayRules,
    decimal_rate,
    rate_ppb,
)
from huiguan.exchange.events import (
    DayEvents,
    closing_quotes,
    locked_at,
    running_totals,
)
from huiguan.exchange.messages import Phase, Right, Side
from huiguan.exchange.quotes import exact
from huiguan.exchange.rules.price_limits import Lock
from huiguan.foundation.columns import sums, whole
from huiguan.foundation.faults import InputFault
from huiguan.foundation.readers.signatures import unchecked
from huiguan.foundation.records import blank_rows


def statistics(image: DayImage, trades: np.ndarray) -> np.ndarray:
    """Return the contracts' table with volume, turnover, open, high, low and last of the day."""
    table = blank_rows(ContractResult, len(image.instruments))
    instrument, price = whole(trades["instrument"]), whole(trades["price_ticks"])
    lots = whole(trades["lots"])
    table["volume_lots"] = sums(instrument, lots, len(table))
    value = sums(instrument, price * lots, len(table))
    table["turnover_fen"] = value * image.instruments["tick_value_fen"]
    high = np.zeros(len(table), np.int64)
    low = np.full(len(table), np.iinfo(np.int32).max, np.int64)
    np.maximum.at(high, instrument, price)
    np.minimum.at(low, instrument, price)
    table["high_ticks"] = high
    table["low_ticks"] = np.where(high == 0, 0, low)
    table["last_ticks"][instrument] = price
    table["open_ticks"][instrument[::-1]] = price[::-1]
    return table


def find_locks(image: DayImage, events: DayEvents, contracts: np.ndarray) -> None:
    """Mark the contracts that closed locked at a limit (5.2).

    A contract without a trade is judged by its previous settlement, so it is not locked.
    """
    for index, row in enumerate(contracts):
        limits = image.instruments[index]
        for lock, name, side in (
            (Lock.UP, "upper_limit_ticks", Side.BUY),
            (Lock.DOWN, "lower_limit_ticks", Side.SELL),
        ):
            limit = int(limits[name])
            if row["last_ticks"] == limit and locked_at(events, index, limit, side):
                contracts["locked"][index] = lock


class Settled(NamedTuple):
    """Settlement prices of all contracts, in units of the quote, and the rules that gave them."""

    units: np.ndarray
    by: np.ndarray


MOST_TICKS = 1 << 31
BY_NAME = {
    "last_hour": SettledBy.LAST_HOUR,
    "decided": SettledBy.DECIDED,
    "halted": SettledBy.HALTED,
    "trades": SettledBy.TRADES,
    "middle_of_quotes": SettledBy.MIDDLE_OF_QUOTES,
    "locked_limit": SettledBy.LOCKED_LIMIT,
    "reference_contract": SettledBy.REFERENCE_CONTRACT,
    "previous_settlement": SettledBy.PREVIOUS_SETTLEMENT,
}


def settle(
    image: DayImage,
    events: DayEvents,
    rules: DayRules,
    contracts: np.ndarray,
    instructions: Sequence[AnyInstruction] = (),
) -> Settled:
    """Return the settlement price of every contract (4.2), contracts with trades first.

    The reference of a contract without trades is the nearest preceding month of its product that
    traded. On the eve of a coarser tick prices are cut to the new one, so that they can be carried.
    """
    decided = decided_prices(image, instructions)
    units = np.zeros(len(contracts), np.int64)
    by = np.zeros(len(contracts), np.int64)
    traded = contracts["volume_lots"] > 0
    for index in [*np.flatnonzero(traded), *np.flatnonzero(~traded)]:
        price = _settle_one(image, events, rules, contracts, units, int(index), decided)
        decimals = int(image.instruments["unit_decimals"][index])
        units[index], by[index] = units_of(price.price, decimals), BY_NAME[price.by]
    return Settled(units, by)


def decided_prices(image: DayImage, instructions: Sequence[AnyInstruction]) -> dict[str, Decimal]:
    """Return the settlement prices the exchange decided; one off the tick is an InputFault."""
    found = {}
    for order in instructions:
        if isinstance(order, DecideSettlement):
            index = index_of(image.names.instruments, order.instrument, "instrument")
            tick = _price(image, index, 1)
            if not 0 < order.price < tick * MOST_TICKS or order.price % tick:
                raise InputFault(
                    f"{order.reference}: {order.price} cannot be the settlement price of"
                    f" {order.instrument}; give a price above zero that is a multiple of the tick"
                    f" {tick}"
                )
            found[order.instrument] = order.price
    return found


def _price(image: DayImage, index: int, ticks: int) -> Decimal:
    """Return a price in ticks as a decimal of the quote."""
    row = image.instruments[index]
    return Decimal(int(ticks) * int(row["tick_units"])).scaleb(-int(row["unit_decimals"]))


def carried_tick(rule: ContractRules) -> Decimal:
    """Return the tick a settlement price must be a multiple of: today's, or tomorrow's coarser."""
    today, tomorrow = rule.today.terms.tick, rule.charged.terms.tick
    return max(today, tomorrow)


def _settle_one(
    image: DayImage,
    events: DayEvents,
    rules: DayRules,
    contracts: np.ndarray,
    units: np.ndarray,
    index: int,
    decided: dict[str, Decimal],
) -> SettlementPrice:
    """Return the settlement price of one contract."""
    row, limits, rule = contracts[index], image.instruments[index], rules.contracts[index]
    name = image.names.instruments[index]
    if rule.today.settlement.window == "last_hour" and row["volume_lots"] and name not in decided:
        return _last_hour(image, events, rule, index)
    traded = row["volume_lots"] > 0
    quotes = (0, 0) if traded else closing_quotes(events, index)
    reference = None if traded else reference_of(rules, contracts, index)
    locked = None if traded else _locked_price(image, events, index)
    state = image.contract_states[index]["limit_ppb"] if len(image.contract_states) else 0

    def price(ticks: int) -> Decimal | None:
        return _price(image, index, ticks) if ticks else None

    return unchecked(settlement_price)(
        tick=carried_tick(rule),
        lot_size=rule.today.terms.lot_size,
        previous_settlement=_price(image, index, limits["previous_settlement_ticks"]),
        turnover_fen=int(row["turnover_fen"]),
        volume_lots=int(row["volume_lots"]),
        best_bid=price(quotes[0]),
        best_ask=price(quotes[1]),
        locked_at=locked,
        reference_settlement=(
            None
            if reference is None
            else Decimal(int(units[reference])).scaleb(
                -int(image.instruments["unit_decimals"][reference])
            )
        ),
        reference_previous=(
            None
            if reference is None
            else _price(image, reference, image.instruments["previous_settlement_ticks"][reference])
        ),
        limit_rate=decimal_rate(int(state)) if state else None,
        upper_limit=_price(image, index, limits["upper_limit_ticks"]),
        lower_limit=_price(image, index, limits["lower_limit_ticks"]),
        halted=int(limits["right"]) == Right.FORBIDDEN and not traded,
        decided=decided.get(name),
        rounding=rule.rounding,
        fallbacks=rule.today.settlement.fallbacks,
        reference_change=rule.today.settlement.reference_change,
    )


def _last_hour(
    image: DayImage, events: DayEvents, rule: ContractRules, index: int
) -> SettlementPrice:
    """Return the mean of the last trading hour with trades, of a contract that traded."""
    terms = image.instruments[index]
    own = image.phases[image.phases["group"] == terms["phase_group"]]
    starts = np.flatnonzero(own["phase"] == Phase.CONTINUOUS)
    times = (own["time_ns"] // 1_000_000).tolist()
    price = unchecked(last_hour_average)(
        running_totals(events, index, int(terms["tick_value_fen"])),
        rule.today.terms.lot_size,
        carried_tick(rule),
        [(times[start], times[start + 1]) for start in starts.tolist()],
        rule.rounding,
    )
    assert price is not None, "a contract with trades has a mean"
    return SettlementPrice(price=price, by="last_hour")


def _locked_price(image: DayImage, events: DayEvents, index: int) -> Decimal | None:
    """Return the limit at which a contract without trades has one-sided quotes, if any."""
    limits = image.instruments[index]
    for name, side in (("upper_limit_ticks", Side.BUY), ("lower_limit_ticks", Side.SELL)):
        if locked_at(events, index, int(limits[name]), side):
            return _price(image, index, limits[name])
    return None


def reference_of(rules: DayRules, contracts: np.ndarray, index: int) -> int | None:
    """Return the nearest preceding month of the product that traded, or None."""
    own = rules.contracts[index].today.contract
    candidates = [
        (row.today.contract.month, other)
        for other, row in enumerate(rules.contracts)
        if row.today.contract.product == own.product
        and row.today.contract.month < own.month
        and contracts["volume_lots"][other] > 0
    ]
    return max(candidates)[1] if candidates else None


def tomorrow_of(
    image: DayImage,
    rules: DayRules,
    contracts: np.ndarray,
    instructions: Sequence[AnyInstruction] = (),
) -> None:
    """Fill limit, margins, lock and halt of the next trading day into the contracts' table.

    Order: circular, lock points, ladder, not below the margin before (5.1-5.4); a new contract
    keeps its doubled limit until it has traded.
    """
    decided = {r.instrument: r for r in instructions if isinstance(r, DecideParameters)}
    raised = raises(image, contracts, instructions)
    for index, rule in enumerate(rules.contracts):
        decision = decided.get(image.names.instruments[index])
        state, found = parameters_of_contract(image, rules, contracts, index, decision)
        multiple = new_contract_multiple(image, rule, contracts, index, decision)
        row = contracts[index]
        row["limit_ppb"], row["halted"] = rate_ppb(found.limit) * multiple, found.halted
        if not (rule.tomorrow is None and rule.today.delivery.method == "cash"):
            points = raised.get(index, Decimal(0))
            row["general_ppb"] = rate_ppb(found.general + points)  # settled in cash: none needed
            row["hedge_ppb"] = rate_ppb(found.hedging + points)
        row["first_limit_ppb"] = rate_ppb(state.first_limit)
        row["lock_day"], row["lock_side"] = state.day, state.side
        row["expired"] = rule.tomorrow is None
        row["relief"] = rule.tomorrow is not None and rule.tomorrow.larger_side


def new_contract_multiple(
    image: DayImage,
    rule: ContractRules,
    contracts: np.ndarray,
    index: int,
    decision: DecideParameters | None,
) -> int:
    """Return by what the limit of a contract that has not traded yet is multiplied; else 1.

    A limit that the exchange decided is as it was decided.
    """
    new = rule.charged.new_contract
    untraded = image.instruments["first_day"][index] and contracts["volume_lots"][index] == 0
    doubled = rule.charged.limit_ppb != rule.charged.circular.limit_ppb
    if untraded and new.until_first_trade and not doubled and decision is None:
        return new.limit_multiple
    return 1


def raises(
    image: DayImage, contracts: np.ndarray, instructions: Sequence[AnyInstruction]
) -> dict[int, Decimal]:
    """Return the points that instructions add to the margins of contracts for one day.

    A contract whose price has not moved as far as the instruction says is an InputFault.
    """
    found = {}
    for order in instructions:
        if isinstance(order, RaiseMargin):
            index = index_of(image.names.instruments, order.instrument, "instrument")
            units = [*evenings_of(image, index), int(contracts["settlement_units"][index])]
            if not moved_far(units, order.thresholds):
                raise InputFault(
                    f"{order.reference}: {order.instrument} has not moved by the thresholds named"
                    " over three, four or five days, so its margin is not raised for that"
                )
            if not 0 < order.points < 1:
                raise InputFault(
                    f"{order.reference}: {order.points} added to the margin of"
                    f" {order.instrument} is no rate above zero and below one"
                )
            found[index] = order.points
    return found


def moved_far(units: Sequence[int], thresholds: Sequence[Decimal]) -> bool:
    """Return whether the price moved past a threshold over the last three, four or five days.

    ``units`` are settlement prices to today's; the base of n days is the n-th evening before.
    """
    return any(
        len(units) > days and moved_by(exact(units[-1 - days]), exact(units[-1]), threshold)
        for days, threshold in zip(MOVE_DAYS, thresholds, strict=True)
    )


def parameters_of_contract(
    image: DayImage,
    rules: DayRules,
    contracts: np.ndarray,
    index: int,
    decision: DecideParameters | None,
) -> tuple[LockState, Tomorrow]:
    """Return the lock state after the day and the parameters of the next for one contract."""
    rule = rules.contracts[index]
    before = image.contract_states[index] if len(image.contract_states) else None
    state, limit, general, hedge = LockState(), rule.today.limit_ppb, 0, 0
    if before is not None:
        state = LockState(
            day=int(before["lock_day"]),
            side=Lock(int(before["lock_side"])),
            first_limit=decimal_rate(int(before["first_limit_ppb"])),
        )
        limit = int(before["limit_ppb"]) or limit
        general, hedge = int(before["general_ppb"]), int(before["hedge_ppb"])
    lock = rule.charged.limit_lock
    if image.instruments["right"][index] == Right.FORBIDDEN and state.day == 3:
        state = LockState()  # D4 without trading ends the ladder
    else:
        locked = Lock(int(contracts["locked"][index]))
        state = unchecked(next_lock_state)(state, locked, decimal_rate(limit))
    halted = unchecked(halted_after_lock)(state, rule.today.days_before_last, lock.after_third)
    chosen = None
    if decision is not None:
        halted = decision.halted
        chosen = Circular(
            number=decision.reference,
            clearing=rules.trading_day,
            limit=decision.limit,
            hedging=decision.hedging,
            general=decision.general,
        )
    circular = rule.circular
    if rule.waits(state.day):  # the lock alone decides until the raise begins
        circular = replace(circular, limit=0, hedging=0, general=0)
    ladder = rule.ladder_ppb(int(contracts["open_interest_lots"][index]))
    return state, unchecked(parameters_of_tomorrow)(
        circular=circular,
        ladder=decimal_rate(ladder),
        state=state,
        general_before=decimal_rate(general),
        hedging_before=decimal_rate(hedge),
        halted=halted,
        decided=chosen,
        points=(decimal_rate(lock.second_day_ppb), decimal_rate(lock.third_day_ppb)),
        over=decimal_rate(lock.margin_above_limit_ppb),
        with_circular=lock.with_circular,
    )
