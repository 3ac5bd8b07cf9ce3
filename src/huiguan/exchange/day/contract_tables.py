"""The image's tables that follow from rulebooks and last evening: contracts, margins, fees, phases.

The first image of a market and every next one are made here. Prices come in units of the quote
(``price_decimals`` of the product); what the market itself changed (settlement, limits widened
after a lock, whether a new contract has traded) is given per contract.
"""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

import msgspec
import numpy as np

from huiguan.exchange.amounts import FeeClass, margin_per_lot
from huiguan.exchange.day.image import (
    FEE_CLASSES,
    HEDGE_FLAGS,
    ContractState,
    Fee,
    Instrument,
    MarginPerLot,
    ScheduledPhase,
)
from huiguan.exchange.day.keys import fee_row, margin_row
from huiguan.exchange.messages import Hedge, Phase, Right, Side
from huiguan.exchange.rules.instruments import listed_contracts
from huiguan.exchange.rules.parameters import (
    ContractParameters,
    FeeRates,
    parameters,
    position_limit_lots,
    product_phases,
)
from huiguan.exchange.rules.price_limits import price_limits
from huiguan.exchange.rules.rows import Books
from huiguan.foundation.arithmetic import PPB
from huiguan.foundation.faults import InputFault
from huiguan.foundation.readers.signatures import unchecked
from huiguan.foundation.records import blank_rows, table_layout

FEN = 100


class ListedContract(msgspec.Struct, frozen=True, kw_only=True):
    """A contract that trades on the day, with what last evening gave it.

    Rates of zero mean: as the rulebook says. ``settlement_units`` is the previous settlement price,
    or the listing benchmark price, in units of the quote.
    """

    code: str
    settlement_units: int
    open_interest_lots: int = 0
    limit_ppb: int = 0
    general_ppb: int = 0
    hedge_ppb: int = 0
    first_limit_ppb: int = 0
    lock_day: int = 0
    lock_side: int = 0
    has_traded: bool = True  # on an earlier day
    right: Right = Right.ALLOW


class ContractTables(NamedTuple):
    """Tables of a day image and the names behind their rows."""

    instruments: np.ndarray
    margins: np.ndarray
    fees: np.ndarray
    phases: np.ndarray
    contract_states: np.ndarray
    instrument_names: list[str]
    product_names: list[str]
    phase_group_names: list[str]
    parameters: list[ContractParameters]  # what the books say of each contract on the day


class Quote(NamedTuple):
    """How a contract is quoted on a day."""

    tick_units: int  # units of the quote in one tick
    tick_value_fen: int  # of one tick of one lot
    unit_decimals: int


def quote_of(found: ContractParameters) -> Quote:
    """Return tick size and value of a contract; what is not whole is an InputFault.

    Copper, tick 10 CNY/t, 5 t: 10 units a tick, 5,000 fen. Gold, 0.02 CNY/g, 1,000 g, two
    decimals: 2 units a tick, 2,000 fen.
    """
    scale = 10**found.price_decimals
    units, value = found.terms.tick * scale, found.terms.tick * found.terms.lot_size * FEN
    if units != int(units) or value != int(value):
        raise InputFault(f"{found.contract.code}: the tick {found.terms.tick} is not exact in fen")
    if found.terms.lot_size * FEN % scale:
        raise InputFault(
            f"{found.contract.code}: a lot of {found.terms.lot_size} {found.terms.unit} moves by"
            f" less than a fen with the last of {found.price_decimals} decimals; give the product"
            " fewer price_decimals"
        )
    return Quote(int(units), int(value), found.price_decimals)


def units_of(price: Decimal, decimals: int) -> int:
    """Return a price in units of the quote, exactly: 413.10 with two decimals is 41310."""
    scaled = price * 10**decimals
    if scaled != int(scaled):
        raise InputFault(f"price {price} is finer than {decimals} decimals of the quote")
    return int(scaled)


def parameters_of(books: Books, codes: Sequence[str], trading_day: int) -> list[ContractParameters]:
    """Return what holds for each contract on the day; listings are worked out once for all."""
    products = dict.fromkeys(code[:-4] for code in codes)
    known = {row.code: row for row in listed_contracts(books, trading_day, products)}
    return [parameters(books, known.get(code, code), trading_day) for code in codes]


def _limit_rate(row: ListedContract, found: ContractParameters) -> int:
    """Return the limit in force: clearing's, or the book's, doubled until the first trade."""
    if row.limit_ppb:
        return row.limit_ppb
    new = found.new_contract
    untraded = not row.has_traded and new.until_first_trade
    return found.circular.limit_ppb * (
        new.limit_multiple if untraded or found.trading_day == found.contract.listed else 1
    )


def contract_tables(
    books: Books, trading_day: int, listed: Sequence[ListedContract]
) -> ContractTables:
    """Return the contract side of the image of a trading day, one instrument per row of ``listed``.

    Margins a lot are the previous settlement price x rate, rounded up. Products and phase groups
    are numbered in order of appearance; relief groups are the products, and two more for the long
    and the short sides that stand outside.
    """
    count = len(listed)
    instruments = blank_rows(Instrument, count)
    states = blank_rows(ContractState, count)
    margins = blank_rows(MarginPerLot, count * 2 * HEDGE_FLAGS)
    fees = blank_rows(Fee, count * HEDGE_FLAGS * FEE_CLASSES)
    found = parameters_of(books, [row.code for row in listed], trading_day)
    products = list(dict.fromkeys(row.contract.product for row in found))
    groups, phases = _phase_groups(books, products, trading_day)
    for index, (row, values) in enumerate(zip(listed, found, strict=True)):
        quote = quote_of(values)
        limit, general = _limit_rate(row, values), row.general_ppb or values.general_ppb
        hedge = row.hedge_ppb or values.hedge_ppb
        _fill_instrument(instruments[index], row, values, quote, limit)
        product = products.index(values.contract.product)
        outside = (len(products), len(products) + 1)
        long_group, short_group = (product, product) if values.larger_side else outside
        instruments[index]["product"] = product
        instruments[index]["phase_group"] = groups[product]
        instruments[index]["long_relief_group"] = long_group
        instruments[index]["short_relief_group"] = short_group
        states[index] = (limit, general, hedge, row.first_limit_ppb, row.lock_day, row.lock_side)
        _fill_margins(margins, index, instruments[index], general, hedge)
        _fill_fees(fees, index, values.general_fees, values.hedge_fees)
    return ContractTables(
        instruments=instruments,
        margins=margins,
        fees=fees,
        phases=_phase_rows(phases),
        contract_states=states,
        instrument_names=[row.code for row in listed],
        product_names=products,
        phase_group_names=list(phases),
        parameters=found,
    )


Phases = dict[str, tuple[tuple[int, int], ...]]  # name of the group: (time, phase)


def _phase_groups(books: Books, products: list[str], day: int) -> tuple[list[int], Phases]:
    """Return the group of each product, and the phases of each group under its first product."""
    seen: dict[tuple[tuple[int, int], ...], str] = {}
    members = []
    for product in products:
        times = tuple(
            (row.start_ns, int(Phase[row.phase.upper()]))
            for row in product_phases(books, product, day)
        )
        members.append(seen.setdefault(times, product))
    phases = {name: times for times, name in seen.items()}
    order = list(phases)
    return [order.index(name) for name in members], phases


def _phase_rows(phases: Phases) -> np.ndarray:
    """Return the schedule of all groups by time; equal times keep their order within a group."""
    rows = [
        (time, group, phase) for group, times in enumerate(phases.values()) for time, phase in times
    ]
    rows.sort(key=lambda row: (row[0], row[1]))
    return np.array(rows, table_layout(ScheduledPhase))


def _fill_instrument(
    target: np.void,
    row: ListedContract,
    values: ContractParameters,
    quote: Quote,
    limit_ppb: int,
) -> None:
    """Fill the row of an instrument but for product, groups."""
    settlement, rest = divmod(row.settlement_units, quote.tick_units)
    if rest:
        raise InputFault(
            f"{row.code}: previous settlement {row.settlement_units} units is no multiple of the"
            f" tick of {quote.tick_units}; settle to the new tick on the evening before a change"
        )
    rate, rounding = Fraction(limit_ppb, PPB), values.limit_rounding
    lower, upper = unchecked(price_limits)(row.settlement_units, rate, quote.tick_units, rounding)
    limit = values.position_limit
    lots = unchecked(position_limit_lots)(
        limit.lots, limit.share_ppb, limit.threshold_lots, row.open_interest_lots
    )
    size = values.order_size
    target["tick_value_fen"], target["tick_units"] = quote.tick_value_fen, quote.tick_units
    target["unit_decimals"] = quote.unit_decimals
    target["last_open_interest_lots"] = row.open_interest_lots
    target["lower_limit_ticks"] = int(lower) // quote.tick_units
    target["upper_limit_ticks"] = int(upper) // quote.tick_units
    target["previous_settlement_ticks"] = settlement
    target["minimum_lots"], target["maximum_lots"] = size.minimum_lots, size.maximum_lots
    target["maximum_market_lots"] = size.maximum_market_lots
    target["lots_multiple"] = max(1, values.multiple.lots)
    target["position_limit_lots"] = lots or 0
    target["opening_limit_lots"] = values.opening_limit.lots or 0
    target["last_trading_day"] = values.contract.last_day
    target["first_day"] = not row.has_traded
    target["right"] = row.right


def _fill_margins(
    margins: np.ndarray, index: int, instrument: np.void, general_ppb: int, hedge_ppb: int
) -> None:
    """Fill the eight rows of an instrument: side x hedge flag; only hedging has its own rate."""
    ticks, value = instrument["previous_settlement_ticks"], instrument["tick_value_fen"]
    for side in Side:
        for hedge in Hedge:
            rate = hedge_ppb if hedge == Hedge.HEDGE else general_ppb
            fen = margin_per_lot(int(ticks), int(value), rate)
            margins[margin_row(index, side, hedge)] = (fen, index, side, hedge)


def _fill_fees(fees: np.ndarray, index: int, general: FeeRates, hedging: FeeRates) -> None:
    """Fill the twelve rows of an instrument: hedge flag x (open, close history, close today)."""
    for hedge in Hedge:
        rates = hedging if hedge == Hedge.HEDGE else general
        usual, today = (
            (rates.open_rate_ppb, rates.open_fen),
            (rates.close_today_rate_ppb, rates.close_today_fen),
        )
        for fee_class, (rate, fen) in zip(FeeClass, (usual, usual, today), strict=True):
            fees[fee_row(index, hedge, fee_class)] = (rate, fen, index, hedge, fee_class)
