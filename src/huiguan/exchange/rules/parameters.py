"""Everything that holds for one contract month on one trading day, each value with its source.

``parameters(books, contract, day)`` gives the parameters *in force during* ``day``. Clearing at the
end of a day charges those of the next trading day ("from day X" means at the clearing before X).
What the market itself changes is state, not book: limit-locked widening and whether a new
contract has traded are applied on top by clearing.
"""

from functools import partial
from typing import Annotated, Any

import msgspec

from huiguan.exchange.quotes import Lots
from huiguan.exchange.rules.dated import MarketRow
from huiguan.exchange.rules.instruments import (
    Contract,
    contract,
    months_between,
    product_rows,
    select,
)
from huiguan.exchange.rules.rows import (
    KINDS,
    Books,
    NamedRow,
    Product,
    RowsInForce,
    Schedule,
    Session,
    calendar_of,
)
from huiguan.foundation.arithmetic import PPB, Rounding, multiply_rate
from huiguan.foundation.calendars import (
    PhaseTime,
    calendar_status,
    has_night_session,
    phase_times,
    refuse_closed_day,
    show_day,
    trading_day_before,
    trading_days_between,
)
from huiguan.foundation.cited import rule
from huiguan.foundation.faults import InputFault
from huiguan.foundation.readers.signatures import checked, unchecked
from huiguan.foundation.readers.values import Fen, Ppb, natural

UP, DOWN = (
    int(Rounding.UP),
    int(Rounding.DOWN),
)  # kernels are entered faster by plain numbers
Multiple = Annotated[int, partial(natural, most=100)]
OpenInterest = Annotated[Lots, "open interest"]


class FeeRates(msgspec.Struct, frozen=True, kw_only=True):
    """Fee of one trade side by hedge flag: rate on turnover and fen per lot, one of them zero."""

    open_rate_ppb: int  # opening, and closing history
    open_fen: int
    close_today_rate_ppb: int
    close_today_fen: int


class ContractParameters(RowsInForce, frozen=True, kw_only=True):
    """What holds for a contract month on a trading day; every row carries article and status."""

    contract: Contract
    trading_day: int
    calendar_status: str  # "provisional" beyond the published years
    price_decimals: int
    months_before: int  # calendar months before the delivery month
    days_before_last: int  # trading days before the last trading day
    # computed from the rows; the open-interest ladder is not in them: it needs the day's lots
    limit_ppb: int  # price limit of the day, doubled on the listing day
    general_ppb: int  # margin rate: circular or ladder, whichever is higher
    hedge_ppb: int
    general_fees: FeeRates
    hedge_fees: FeeRates
    larger_side: bool  # the contract still counts in its product's larger-side relief
    last_day_natural_person: (
        int  # after this day's close a natural person holds nothing; 0: no rule
    )


@rule("Risk Management Rules: of circular and time ladder the higher margin", "confirmed")
@checked
def margin_rate(circular_ppb: Ppb, ladder_ppb: Ppb) -> int:
    """Return the margin rate in force: circular or ladder, whichever is higher.

    Example: rb2610 in the month before delivery, circular 7 %, ladder 10 %: 10 %.
    """
    return max(circular_ppb, ladder_ppb)


@rule("fee circulars: close-today multiple; hedging share since 2023-09-04", "confirmed")
@checked
def fee_rates(rate_ppb: Ppb, per_lot_fen: Fen, close_today: Multiple, share_ppb: Ppb) -> FeeRates:
    """Return the fees of a trade side that pays ``share_ppb`` of the full fee.

    Example: copper 0.5 bp, close today 2 times, hedging 50 %: 0.25 bp and 0.5 bp.
    """
    rate, fen = rate_ppb, per_lot_fen
    if share_ppb != PPB:
        rate = multiply_rate(rate, share_ppb, UP)
        fen = multiply_rate(fen, share_ppb, UP)
    return FeeRates(
        open_rate_ppb=rate,
        open_fen=fen,
        close_today_rate_ppb=rate * close_today,
        close_today_fen=fen * close_today,
    )


@rule("Risk Management Rules, position limits: a number, or a share of open interest", "secondary")
@checked
def position_limit_lots(
    lots: Lots | None, share_ppb: Ppb, threshold_lots: Lots, open_interest_lots: OpenInterest
) -> int | None:
    """Return the lots a holder may hold per side, or None where no limit is known.

    ``open_interest_lots`` is last evening's. Example: copper, 8,000 lots or 10 % from 80,000 on:
    at 176,877 lots of open interest the limit is 17,687 lots.
    """
    if share_ppb and open_interest_lots >= threshold_lots:
        return multiply_rate(open_interest_lots, share_ppb, DOWN)
    return lots


def night_end(books: Books, product_code: str, trading_day: int) -> str:
    """Return until when the night session of ``trading_day`` lasts, or "none" if none is held."""
    product = books.products[product_code]
    found = select(books, product, Session, trading_day, 0)
    assert found is not None, product_code
    if trading_day == product.listed or found.night_end == "none":
        return "none"  # a new product opens with the day auction
    held = has_night_session(calendar_of(books, product), trading_day)
    return found.night_end if held else "none"


def product_phases(books: Books, product_code: str, trading_day: int) -> tuple[PhaseTime, ...]:
    """Return when a product enters each phase of ``trading_day``, in time order.

    Products with the same answer form one phase group; the group's name is the night end.
    """
    product = books.products[product_code]
    schedule = select(books, product, Schedule, trading_day, 0)
    assert schedule is not None, product_code
    end = night_end(books, product_code, trading_day)
    calendar = calendar_of(books, product)
    if end == "none":
        return phase_times(calendar, trading_day, (), schedule.day)
    night = (*schedule.night, f"{end} no_trading")
    return phase_times(calendar, trading_day, night, schedule.day_after_night)


def rows_in_force(books: Books, product: Product, found: Contract, day: int) -> RowsInForce:
    """Return the rows that hold for a contract on a trading day: the product's, else its venue's.

    Of a kind that names contracts, every row that names this one.
    """

    def rows_of(name: str, kind: type[MarketRow]) -> MarketRow | tuple[MarketRow, ...]:
        if issubclass(kind, NamedRow):
            every = (row for rows in product_rows(books, product, name) for row in rows)
            return tuple(r for r in every if isinstance(r, NamedRow) and r.contract == found.month)
        chosen = select(books, product, kind, day, found.month, found.last_day)
        assert chosen is not None, (found.code, name)  # the loader proves there is one
        return chosen

    rows: dict[str, Any] = {name: rows_of(name, kind) for name, kind in KINDS.items()}
    return RowsInForce(**rows)


def parameters(books: Books, code: str | Contract, trading_day: int) -> ContractParameters:
    """Return everything that holds for a contract (``"cu2609"``) on a trading day.

    An InputFault when the contract is unknown, or not listed on that day.
    """
    found = code if isinstance(code, Contract) else contract(books, code)
    product = books.products[found.product]
    calendar = calendar_of(books, product)
    refuse_closed_day(calendar, trading_day, found.venue)
    if not found.listed <= trading_day <= found.last_day:
        raise InputFault(
            f"{found.code} does not trade on {show_day(trading_day)}: it is listed from"
            f" {show_day(found.listed)} to {show_day(found.last_day)}"
        )
    rows = rows_in_force(books, product, found, trading_day)
    fee, ladder_ppb = rows.fee, rows.ladder.margin_ppb
    higher, fees_of = unchecked(margin_rate), unchecked(fee_rates)
    left = trading_days_between(calendar, trading_day, found.last_day)
    days = rows.natural_person.days_before_last
    multiple = rows.new_contract.limit_multiple if trading_day == found.listed else 1
    return ContractParameters(
        **{name: getattr(rows, name) for name in KINDS},
        contract=found,
        trading_day=trading_day,
        calendar_status=calendar_status(calendar, trading_day),
        price_decimals=product.price_decimals,
        months_before=months_between(trading_day // 100, found.month),
        days_before_last=left,
        limit_ppb=rows.circular.limit_ppb * multiple,
        general_ppb=higher(rows.circular.general_ppb, ladder_ppb),
        hedge_ppb=higher(rows.circular.hedge_ppb, ladder_ppb),
        general_fees=fees_of(fee.rate_ppb, fee.per_lot_fen, fee.close_today_multiple, PPB),
        hedge_fees=fees_of(
            fee.rate_ppb, fee.per_lot_fen, fee.close_today_multiple, rows.hedge_fee.share_ppb
        ),
        larger_side=rows.relief.larger_side and left >= rows.relief.until_days_before_last,
        last_day_natural_person=(
            0 if days is None else trading_day_before(calendar, found.last_day, days)
        ),
    )
