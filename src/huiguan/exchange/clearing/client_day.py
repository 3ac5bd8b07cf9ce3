"""One trading code's day, every figure of its statement, in plain Python.

The fast clearing of all codes (``day_end``) gives the same figures; this is the readable form, for
one statement and for checking. Money is fen, prices exact decimals of the quote.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

import msgspec

from huiguan.exchange.clearing.deposit import (
    available_funds,
    client_equity,
    client_margin_call,
    risk_degree,
)
from huiguan.exchange.clearing.fees import transaction_fee
from huiguan.exchange.clearing.margin import trading_margin
from huiguan.exchange.clearing.marking import (
    Closed,
    Held,
    Lot,
    PositionSide,
    close_first_in_first_out,
    close_profit_by_date,
    position_profit_by_date,
    position_profit_by_trade,
)
from huiguan.exchange.messages import Hedge, Offset, Side
from huiguan.exchange.quotes import Rate, exact, to_tick, value_fen
from huiguan.foundation.arithmetic import Rounding
from huiguan.foundation.calendars import to_date
from huiguan.foundation.cited import rule
from huiguan.foundation.faults import InputFault
from huiguan.foundation.readers.signatures import checked, unchecked


class ContractFacts(msgspec.Struct, frozen=True):
    """What a statement needs to know of a contract on the day."""

    instrument: str
    product: str
    exchange: str
    lot_size: Decimal
    previous_settlement: Decimal
    settlement: Decimal
    long_margin: Rate  # general rates that apply on the next trading day
    short_margin: Rate
    long_hedge_margin: Rate
    short_hedge_margin: Rate
    fee_rate: Rate = 0
    fee_per_lot_fen: int = 0
    close_today_multiple: Decimal = Decimal(1)
    relief: bool = True  # counts for the larger side of its product
    product_name: str = ""
    hedge_fee_share: Rate | None = None  # ``hedge_fee`` of the books; needed for hedging trades

    def margin_rate(self, side: Side, hedge: Hedge) -> Rate:
        """Return the rate of a side (BUY: long) and hedge flag."""
        if hedge == Hedge.HEDGE:
            return self.long_hedge_margin if side == Side.BUY else self.short_hedge_margin
        return self.long_margin if side == Side.BUY else self.short_margin


class ClientTrade(msgspec.Struct, frozen=True, gc=False):
    """One side of one trade, as the client sees it."""

    trade_id: int
    instrument: str
    side: Side
    offset: Offset
    price: Decimal
    lots: int
    hedge: Hedge = Hedge.SPECULATION
    reduced: bool = False  # made by a forced reduction


class ClientLot(msgspec.Struct, frozen=True):
    """Lots carried from earlier days; ``side`` BUY is long."""

    instrument: str
    side: Side
    open_date: int
    open_price: Decimal
    lots: int
    hedge: Hedge = Hedge.SPECULATION


class TradeLine(msgspec.Struct, frozen=True, gc=False):
    """A trade with its turnover, fee and close profit."""

    trade: ClientTrade
    turnover_fen: int
    fee_fen: int
    close_profit_fen: int


class ClosedLine(msgspec.Struct, frozen=True, gc=False):
    """Lots closed by a trade; ``side`` is the closing trade's."""

    instrument: str
    side: Side
    hedge: Hedge
    open_date: int
    open_price: Decimal
    close_price: Decimal
    lots: int
    close_profit_fen: int


class PositionLine(msgspec.Struct, frozen=True, gc=False):
    """Lots held at the close from one opening."""

    instrument: str
    side: Side
    hedge: Hedge
    open_date: int
    open_price: Decimal
    lots: int
    floating_profit_fen: int  # from the opening price
    mark_profit_fen: int  # of the day
    margin_fen: int  # before larger-side relief


class SummaryLine(msgspec.Struct, frozen=True, gc=False):
    """Both sides of a contract and hedge flag."""

    instrument: str
    hedge: Hedge
    long_lots: int
    average_buy_price: Decimal  # half up to three decimals, as shown
    short_lots: int
    average_sell_price: Decimal
    mark_profit_fen: int
    margin_fen: int  # charged


class ClientFunds(msgspec.Struct, frozen=True):
    """The account summary."""

    previous_balance_fen: int
    deposits_fen: int
    withdrawals_fen: int
    close_profit_fen: int
    mark_profit_fen: int
    fees_fen: int
    delivery_fees_fen: int = 0
    delivery_profit_fen: int = 0
    delivery_margin_fen: int = 0
    collateral_fen: int = 0
    margin_fen: int = 0

    @property
    def equity_fen(self) -> int:
        """Balance carried forward."""
        return client_equity(
            previous_balance_fen=self.previous_balance_fen,
            deposits_fen=self.deposits_fen,
            withdrawals_fen=self.withdrawals_fen,
            profit_fen=self.close_profit_fen + self.mark_profit_fen + self.delivery_profit_fen,
            fees_fen=self.fees_fen + self.delivery_fees_fen,
        )

    @property
    def available_fen(self) -> int:
        """Equity and collateral less margins; collateral covers margin only."""
        covered = min(self.collateral_fen, self.margin_fen)
        return available_funds(
            self.equity_fen + covered, self.margin_fen + self.delivery_margin_fen
        )

    @property
    def risk_degree_percent(self) -> Decimal | None:
        """Margin used over equity, in percent with two decimals; None without equity."""
        equity = self.equity_fen
        return None if equity <= 0 else risk_degree(self.margin_fen, equity)

    @property
    def margin_call_fen(self) -> int:
        """What is to be added."""
        return client_margin_call(
            self.equity_fen + min(self.collateral_fen, self.margin_fen),
            self.margin_fen + self.delivery_margin_fen,
        )


class ClientDay(msgspec.Struct, frozen=True):
    """Everything a client's statement shows."""

    trading_day: int
    contracts: Mapping[str, ContractFacts]
    trades: Sequence[TradeLine]
    closed: Sequence[ClosedLine]
    positions: Sequence[PositionLine]
    summary: Sequence[SummaryLine]
    funds: ClientFunds


def which_set(offset: Offset) -> str:
    """Return the set a closing offset takes from at SHFE and INE."""
    return "today" if offset == Offset.CLOSE_TODAY else "history"


Key = tuple[str, Side, Hedge]


class _Book:
    """Lots of one client while the day's trades are applied."""

    def __init__(self, day: int, carried: Sequence[ClientLot], *, date_sets: bool) -> None:
        self.day, self.date_sets = day, date_sets
        self.lots: dict[Key, list[Lot]] = {}
        for row in carried:
            lot = Lot(open_date=row.open_date, open_price=row.open_price, lots=row.lots)
            self.lots.setdefault((row.instrument, row.side, row.hedge), []).append(lot)

    def open(self, trade: ClientTrade) -> None:
        """Add the lots of an opening trade."""
        lot = Lot(open_date=self.day, open_price=trade.price, lots=trade.lots)
        self.lots.setdefault((trade.instrument, trade.side, trade.hedge), []).append(lot)

    def close(self, trade: ClientTrade) -> list[Lot]:
        """Take the lots of a closing trade, first in first out."""
        key = (trade.instrument, Side(1 - trade.side), trade.hedge)
        which = which_set(trade.offset) if self.date_sets else "any"
        taken, self.lots[key] = unchecked(close_first_in_first_out)(
            self.lots.get(key, []),
            trade.lots,
            self.day,
            which,  # type: ignore[arg-type]
        )
        return taken


@rule("Clearing Rules, client's daily statement", "secondary")
@checked
def clear_client(
    *,
    trading_day: int,
    contracts: Mapping[str, ContractFacts],
    trades: Sequence[ClientTrade],
    carried: Sequence[ClientLot] = (),
    previous_balance_fen: int = 0,
    deposits_fen: int = 0,
    withdrawals_fen: int = 0,
    collateral_fen: int = 0,
    larger_side: bool = True,
    date_sets: bool = True,
) -> ClientDay:
    """Return every figure of a client's statement from its trades, carried lots and rates.

    Trades are in the order they happened. ``date_sets`` keeps today's and history lots apart (SHFE,
    INE); without it a close takes the oldest lots. ``larger_side`` is the ``relief`` of the books.
    Lots of today that are closed pay the close-today multiple. Fees are rounded per trade half up
    and summed; margin is the larger side per product. A lot or a trade without facts, of no lots,
    given twice or dated out of its order is an InputFault. With ``facts = ContractFacts("ag2612",
    "ag", "SHFE", 15, 4900, 4928, "19%", "19%", "19%", "19%", "0.001%")``, contracts ``{"ag2612":
    facts}`` and one trade ``ClientTrade(1, "ag2612", Side.BUY, Offset.OPEN, 4942, 4)``, ``.funds``
    has fees of 297 fen, a mark profit of (4,928 - 4,942) x 60 = -840.00 CNY and a margin of 295,680
    x 19 % = 56,179.20 CNY.

    A calculator: nothing in Huiguan calls it.
    """
    _check(trading_day, contracts, trades, carried)
    book = _Book(trading_day, carried, date_sets=date_sets)
    done = [_apply(book, contracts[trade.instrument], trade) for trade in trades]
    trade_lines = [line for line, _ in done]
    positions = [
        _position_line(contracts[key[0]], key, lot, trading_day)
        for key in sorted(book.lots)
        for lot in book.lots[key]
    ]
    summary = _summary(positions, contracts, larger_side=larger_side)
    return ClientDay(
        trading_day=trading_day,
        contracts=contracts,
        trades=trade_lines,
        closed=[line for _, lines in done for line in lines],
        positions=positions,
        summary=summary,
        funds=ClientFunds(
            previous_balance_fen=previous_balance_fen,
            deposits_fen=deposits_fen,
            withdrawals_fen=withdrawals_fen,
            close_profit_fen=sum(line.close_profit_fen for line in trade_lines),
            mark_profit_fen=sum(line.mark_profit_fen for line in positions),
            fees_fen=sum(line.fee_fen for line in trade_lines),
            collateral_fen=collateral_fen,
            margin_fen=sum(line.margin_fen for line in summary),
        ),
    )


def _check(
    day: int,
    contracts: Mapping[str, ContractFacts],
    trades: Sequence[ClientTrade],
    carried: Sequence[ClientLot],
) -> None:
    """Refuse a day, facts, trades or lots of which no statement can be made."""
    to_date(day)
    for name, facts in contracts.items():
        if facts.instrument != name:
            raise InputFault(f"contract {name}: its facts are those of {facts.instrument}")
    seen: set[tuple[int, str, Side]] = set()
    for trade in trades:
        what = f"trade {trade.trade_id}"
        _check_line(what, trade.instrument, trade.lots, contracts)
        key = trade.trade_id, trade.instrument, trade.side
        if key in seen:
            raise InputFault(
                f"{what}: {trade.instrument}, {trade.side.name.lower()} stands twice; give each"
                " side of a trade once"
            )
        seen.add(key)
    for lot in carried:
        what = f"lot of {lot.instrument} from {lot.open_date}"
        _check_line(what, lot.instrument, lot.lots, contracts)
        if to_date(lot.open_date) >= to_date(day):
            raise InputFault(
                f"{what}: it is carried into {day}, so it was opened before; give its opening day"
            )


def _check_line(
    what: str, instrument: str, lots: int, contracts: Mapping[str, ContractFacts]
) -> None:
    """Refuse a line of no lots or of a contract nothing is known of."""
    if lots < 1:
        raise InputFault(f"{what}: {lots} lots; a statement has lines of one lot or more")
    if instrument not in contracts:
        raise InputFault(f"{what}: contract {instrument} has no facts; add them to ``contracts``")


def _apply(
    book: _Book, facts: ContractFacts, trade: ClientTrade
) -> tuple[TradeLine, list[ClosedLine]]:
    """Book a trade and return its line, and the lines of the lots it closed."""
    lines = []
    if trade.offset == Offset.OPEN:
        book.open(trade)
    else:
        lines = [_closed_line(facts, trade, lot, book.day) for lot in book.close(trade)]
    line = TradeLine(
        trade=trade,
        turnover_fen=unchecked(value_fen)(trade.price, facts.lot_size, trade.lots),
        fee_fen=unchecked(transaction_fee)(
            trade.price,
            facts.lot_size,
            trade.lots,
            facts.fee_rate,
            facts.fee_per_lot_fen,
            closed_today_lots=sum(line.lots for line in lines if line.open_date == book.day),
            close_today_multiple=facts.close_today_multiple,
            share=fee_share(facts, trade),
        ),
        close_profit_fen=sum(line.close_profit_fen for line in lines),
    )
    return line, lines


def fee_share(facts: ContractFacts, trade: ClientTrade) -> Rate:
    """Return the part of the fee that a trade pays."""
    if trade.hedge != Hedge.HEDGE:
        return 1
    if facts.hedge_fee_share is None:
        raise InputFault(
            f"trade {trade.trade_id}: what part of the fee a hedging trade pays is not in the facts"
            f' of {facts.instrument}; give ``hedge_fee_share`` ("50%" since 2023-09-04)'
        )
    return facts.hedge_fee_share


def held_side(side: Side) -> PositionSide:
    """Return the word for a position's side."""
    return "long" if side == Side.BUY else "short"


def _closed_line(facts: ContractFacts, trade: ClientTrade, lot: Lot, day: int) -> ClosedLine:
    """Return the line of lots closed by a trade."""
    closed = Closed(
        side=held_side(Side(1 - trade.side)),
        open_price=lot.open_price,
        close_price=trade.price,
        lots=lot.lots,
        opened_today=lot.open_date == day,
    )
    return ClosedLine(
        instrument=trade.instrument,
        side=trade.side,
        hedge=trade.hedge,
        open_date=lot.open_date,
        open_price=lot.open_price,
        close_price=trade.price,
        lots=lot.lots,
        close_profit_fen=unchecked(close_profit_by_date)(
            closed, facts.previous_settlement, facts.lot_size
        ),
    )


def _position_line(facts: ContractFacts, key: Key, lot: Lot, day: int) -> PositionLine:
    """Return the line of lots held at the close."""
    instrument, side, hedge = key
    held = Held(
        side=held_side(side),
        open_price=lot.open_price,
        lots=lot.lots,
        opened_today=lot.open_date == day,
    )
    return PositionLine(
        instrument=instrument,
        side=side,
        hedge=hedge,
        open_date=lot.open_date,
        open_price=lot.open_price,
        lots=lot.lots,
        floating_profit_fen=unchecked(position_profit_by_trade)(
            held, facts.settlement, facts.lot_size
        ),
        mark_profit_fen=unchecked(position_profit_by_date)(
            held, facts.settlement, facts.previous_settlement, facts.lot_size
        ),
        margin_fen=unchecked(trading_margin)(
            facts.settlement, facts.lot_size, lot.lots, facts.margin_rate(side, hedge)
        ),
    )


def average_price(lines: Sequence[PositionLine]) -> Decimal:
    """Return the mean opening price weighted by lots, half up to three decimals; zero for none."""
    lots = sum(line.lots for line in lines)
    if not lots:
        return Decimal("0.000")
    total = sum((exact(line.open_price) * line.lots for line in lines), Fraction(0))
    return to_tick(total / lots, "0.001", Rounding.HALF_UP)


def _summary(
    positions: Sequence[PositionLine],
    contracts: Mapping[str, ContractFacts],
    *,
    larger_side: bool,
) -> list[SummaryLine]:
    """Return one line per contract and hedge flag; the side that is not charged has margin 0."""
    sides: dict[Key, list[PositionLine]] = {}
    for line in positions:
        sides.setdefault((line.instrument, line.side, line.hedge), []).append(line)
    margins = {key: side_margin(contracts[key[0]], lines) for key, lines in sides.items()}
    charged = charged_margins(margins, contracts, larger_side=larger_side)
    rows = []
    for instrument, hedge in sorted({(key[0], key[2]) for key in sides}):
        longs = sides.get((instrument, Side.BUY, hedge), [])
        shorts = sides.get((instrument, Side.SELL, hedge), [])
        rows.append(
            SummaryLine(
                instrument=instrument,
                hedge=hedge,
                long_lots=sum(line.lots for line in longs),
                average_buy_price=average_price(longs),
                short_lots=sum(line.lots for line in shorts),
                average_sell_price=average_price(shorts),
                mark_profit_fen=sum(line.mark_profit_fen for line in [*longs, *shorts]),
                margin_fen=sum(charged.get((instrument, s, hedge), 0) for s in Side),
            )
        )
    return rows


def side_margin(facts: ContractFacts, lines: Sequence[PositionLine]) -> int:
    """Return the margin of one side of a contract and hedge flag: all its lots together."""
    rate = facts.margin_rate(lines[0].side, lines[0].hedge)
    lots = sum(line.lots for line in lines)
    return unchecked(trading_margin)(facts.settlement, facts.lot_size, lots, rate)


def charged_margins(
    margins: Mapping[Key, int], contracts: Mapping[str, ContractFacts], *, larger_side: bool
) -> dict[Key, int]:
    """Return what each side is charged: in full, or zero on the smaller side of its product.

    The sum over a product is ``product_margin`` of its sides.
    """
    charged = dict(margins)
    products: dict[str, dict[Key, int]] = {}
    for key, margin in margins.items():
        facts = contracts[key[0]]
        if larger_side and facts.relief:
            products.setdefault(facts.product, {})[key] = margin
    for free in products.values():
        longs = sum([margin for key, margin in free.items() if key[1] == Side.BUY])
        shorts = sum([margin for key, margin in free.items() if key[1] == Side.SELL])
        smaller = Side.BUY if longs < shorts else Side.SELL
        charged.update({key: 0 for key in free if key[1] == smaller})
    return charged
