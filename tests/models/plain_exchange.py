"""The trading core in plain lists: the same commands in, the same events out.

Written from rulebook 2.1 to 3.5, 5.6, the decisions and the docstrings of the messages. Orders
carry the sequence of the command that entered them as their name; ``plain`` translates what the
core told. Money and limits are added up from nothing each time somebody asks.
"""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from types import SimpleNamespace

import numpy as np

from huiguan.exchange.day.image import DayImage, MemberMode, PriceRule
from huiguan.exchange.messages import (
    COMMAND_HEADER,
    COMMANDS,
    LAYOUTS,
    VERSION,
    AuctionUncrossed,
    CancelReason,
    Closing,
    CommandDone,
    CommandRefused,
    CommandRepeated,
    Event,
    MarginCalled,
    MemberWarned,
    OrderCancelled,
    OrderEntered,
    Phase,
    PhaseChanged,
    Right,
    Scope,
    SelfTrade,
    TimeInForce,
    TradeExecuted,
    TransferBooked,
    TransferStage,
)
from huiguan.foundation.refusals import Refusal
from tests.models.plain_auction import find_auction
from tests.models.plain_book import (
    BUY,
    CLOSE,
    CLOSE_TODAY,
    SELL,
    PlainBook,
    PlainOrder,
    meeting_price,
)
from tests.models.plain_checks import PlainChecks, Refused, ask
from tests.models.plain_funds import PlainAccount, Tariff
from tests.models.plain_positions import Key, PlainPositions, counts_as_opened
from tests.trading_day import Told

FOREVER = 2**62
NO_PRICE = -(2**31)


@dataclass
class PlainInstrument:
    """The row of the image, and what the day adds."""

    image: SimpleNamespace
    book: PlainBook
    last: int | None  # price of the last trade, else the previous settlement
    settlement: int | None
    traded: bool = False
    halted: bool = False
    right: int = 0


@dataclass
class PlainSession:
    """Who speaks, and how far."""

    counted: int = 0
    member: int = 0
    epoch: int = 0
    state: str = "off"
    cancel_on_disconnect: bool = False
    self_trade: int = SelfTrade.OFF
    closing: int = Closing.AS_SENT
    grace: int = 0
    disconnect: int = FOREVER
    outcomes: dict[int, tuple[int, int, int]] = field(default_factory=dict)


@dataclass
class PlainMember:
    """What a member has, and what was said of it."""

    deposit: int
    mode: int
    killed: bool = False
    warned: bool = False


@dataclass
class PlainTransfer:
    """Money between ledger and core."""

    transfer_id: int
    amount: int
    target: int
    scope: int
    stage: int


def rows_of(table: np.ndarray) -> list[SimpleNamespace]:
    """Return the rows of an image table as plain objects."""
    names = table.dtype.names
    assert names is not None
    return [SimpleNamespace(**dict(zip(names, row, strict=True))) for row in table.tolist()]


class PlainExchange(PlainChecks):
    """One trading day."""

    def __init__(self, image: DayImage) -> None:
        """Open the day."""
        self.settings = image.settings
        self.tariff = Tariff(image)
        flags = image.settings.offset_flags
        self.instruments = [
            PlainInstrument(
                row,
                PlainBook(row.lower_limit_ticks, row.upper_limit_ticks, flags),
                known(row.previous_settlement_ticks),
                known(row.previous_settlement_ticks),
                right=row.right,
            )
            for row in rows_of(image.instruments)
        ]
        self.accounts = [
            PlainAccount(row.deposit_fen, row.member, row.holder, row.right)
            for row in rows_of(image.trading_codes)
        ]
        self.members = [PlainMember(row.deposit_fen, row.mode) for row in rows_of(image.members)]
        self.limits = {(row.holder, row.instrument): row for row in rows_of(image.holder_limits)}
        self.positions = PlainPositions(flags)
        self.position_keys: set[tuple[int, int, int]] = set()
        self.holding_keys = set(self.limits)
        for row in rows_of(image.positions):
            self.position_keys.add((row.trading_code, row.instrument, row.hedge))
            self.holding_keys.add((self.accounts[row.trading_code].holder, row.instrument))
            for side, lots in ((0, row.long_lots), (1, row.short_lots)):
                key = Key(row.trading_code, row.instrument, row.hedge, side)
                if lots:
                    settlement = self.instruments[row.instrument].settlement or 0
                    self.positions.enter_history(key, lots, settlement)
        groups = max(row.image.phase_group for row in self.instruments) + 1
        self.phases = [int(Phase.BEFORE_TRADING)] * groups
        self.schedule = deque(rows_of(image.phases))
        self.sessions = [PlainSession() for _ in range(self.settings.session_capacity)]
        self.transfers: dict[int, PlainTransfer] = {}
        self.sequence, self.time, self.trades = 0, 0, 0
        self.head = (0, 0, 0)
        self.told: list[Told] = []
        self.order_named = 0  # of the command being applied, for those who ask again
        self.arriving: PlainOrder | None = None

    # frames and time

    def run_frame(self, time_ns: int, rows: np.ndarray) -> list[Told]:
        """Apply one frame; return what happened."""
        self.told = []
        first = self.sequence + 1
        self.time = max(self.time, time_ns)
        self.head = (first, 0, 0)
        while self.run_one_due():
            pass
        for place, row in enumerate(rows.reshape(-1, 64)):
            self.sequence = first + place
            self.apply(row)
        return self.told

    def run_one_due(self) -> bool:
        """Do the earliest thing that is due; a phase before a disconnect of the same moment."""
        phase_at = self.schedule[0].time_ns if self.schedule else FOREVER
        lost_at = min(session.disconnect for session in self.sessions)
        if min(phase_at, lost_at) > self.time:
            return False
        if phase_at <= lost_at:
            due = self.schedule.popleft()
            self.enter_phase(due.group, due.phase, due.time_ns)
        else:
            lost = next(n for n, s in enumerate(self.sessions) if s.disconnect == lost_at)
            self.disconnect(lost)
        return True

    def tell(self, event: Event) -> None:
        """Say what happened."""
        self.told.append(Told(*self.head, event))

    def apply(self, row: np.ndarray) -> None:
        """Apply one command and tell its one outcome."""
        head = row.view(COMMAND_HEADER)[0]
        kind, session, number = (int(head[n]) for n in ("kind", "session", "client_sequence"))
        self.head = (self.sequence, session, number)
        self.order_named = 0
        command = None
        if kind in COMMANDS:
            view = row.view(LAYOUTS[kind])[0]
            names = COMMANDS[kind].__struct_fields__
            command = SimpleNamespace(**{name: int(view[name]) for name in names})
        own = command.client_order_id if kind in (101, 102) and command else 0
        try:
            version = int(head["version"])
            ask(version != VERSION, Refusal.UNKNOWN_KIND, version, VERSION)
            if kind >= 110:
                unknown = session != 0 or command is None
                ask(unknown, Refusal.UNKNOWN_KIND, kind, session)
                self.house(kind, command)
            else:
                self.from_session(kind, command, session, number)
        except Refused as refused:
            number, first, second = refused.args
            self.tell(
                CommandRefused(
                    client_order_id=own,
                    first_figure=first,
                    second_figure=second,
                    refusal=int(number),
                )
            )

    def from_session(
        self, kind: int, command: SimpleNamespace | None, session: int, number: int
    ) -> None:
        """Apply the next command of a session, or say again what became of an earlier one."""
        count = len(self.sessions)
        if not 0 < session < count or self.sessions[session].state != "on":
            raise Refused(Refusal.UNKNOWN_SESSION, session, count)
        speaker = self.sessions[session]
        expected = speaker.counted + 1
        if number > expected or number <= 0:
            raise Refused(Refusal.SEQUENCE_GAP, number, expected)
        if number < expected:
            if number not in speaker.outcomes:
                raise Refused(Refusal.REPEAT_TOO_OLD, number, expected)
            original, named, refusal = speaker.outcomes[number]
            self.tell(CommandRepeated(original_sequence=original, order_id=named, refusal=refusal))
            return
        speaker.counted = number
        outcome = Refusal.ACCEPTED
        try:
            ask(command is None, Refusal.UNKNOWN_KIND, kind, 0)
            {101: self.enter, 102: self.cancel_one, 103: self.cancel_many}[kind](command, session)
        except Refused as refused:
            outcome = refused.args[0]
            raise
        finally:
            speaker.outcomes[number] = (self.sequence, self.order_named, int(outcome))
            speaker.outcomes.pop(number - self.settings.outcome_window, None)

    # orders

    def live(self) -> list[PlainOrder]:
        """Return every live order, the arriving one included."""
        waiting = [order for row in self.instruments for order in row.book.orders]
        return waiting + ([self.arriving] if self.arriving else [])

    def enter(self, entry: SimpleNamespace, session: int) -> None:
        """Check an order, accept it, trade it."""
        closing = self.check_entry(entry, session)
        offset, other = entry.offset, 0
        if self.splits(entry, session):
            offset, closing, other = self.two_kinds(entry, session)
        account = self.accounts[entry.trading_code]
        used = self.used_by_member(account.member)
        order = PlainOrder(
            sequence=self.sequence,
            own=entry.client_order_id,
            session=session,
            code=entry.trading_code,
            instrument=entry.instrument,
            side=entry.side,
            offset=offset,
            hedge=entry.hedge,
            price=entry.price_ticks,
            lots=entry.lots,
            closing=closing,
            other=other,
        )
        self.position_keys.add((order.code, order.instrument, order.hedge))
        self.holding_keys.add((account.holder, order.instrument))
        self.order_named = self.sequence
        self.arriving = order
        if counts_as_opened(order.hedge):
            self.positions.opened[account.holder, order.instrument] += order.opening
        self.tell(
            OrderEntered(
                order_id=order.sequence,
                client_order_id=order.own,
                price_ticks=order.price,
                lots=order.lots,
                instrument=order.instrument,
                trading_code=order.code,
                side=order.side,
                offset=order.offset,
                hedge=order.hedge,
                time_in_force=entry.time_in_force,
                other_lots=other,
            )
        )
        self.warn(account.member, used)
        row = self.instruments[order.instrument]
        if self.phases[row.image.phase_group] == Phase.CONTINUOUS:
            self.trade_at_once(order, entry)
        if order.lots and entry.time_in_force != TimeInForce.DAY:
            self.cancel(order, CancelReason.TIME_IN_FORCE)
        elif order.lots:
            row.book.orders.append(order)
        self.arriving = None

    def two_kinds(self, entry: SimpleNamespace, session: int) -> tuple[int, int, int]:
        """Return the flag a close of both kinds begins with, the lots of it, and the others."""
        key = Key(entry.trading_code, entry.instrument, entry.hedge, 1 - entry.side)
        today = self.sessions[session].closing == Closing.TODAY
        lots = min(self.positions.free(key, today, self.live()), entry.lots)
        if not lots:
            today, lots = not today, entry.lots
        return CLOSE_TODAY if today else CLOSE, lots, entry.lots - lots

    def warn(self, member: int, used_before: int) -> None:
        """Say once that a member's clients need more than its deposit."""
        row = self.members[member]
        if row.mode != MemberMode.WARN or not self.tariff.on:
            return
        if used_before <= row.deposit:
            row.warned = False
        used = self.used_by_member(member)
        if used > row.deposit and not row.warned:
            row.warned = True
            self.tell(MemberWarned(used_fen=used, deposit_fen=row.deposit, member=member))

    def trade_at_once(self, order: PlainOrder, entry: SimpleNamespace) -> None:
        """Meet whoever waits; FOK and a FAK's minimum ask first whether there is enough."""
        row = self.instruments[order.instrument]
        needed = order.lots if entry.time_in_force == TimeInForce.FOK else entry.minimum_lots
        choice = self.sessions[order.session].self_trade
        if self.lots_to_meet(order, choice) < needed:
            return
        middle = self.settings.price_rule == PriceRule.MIDDLE
        for maker in row.book.opposite(order):
            if not order.lots:
                break
            if choice and self.holder(maker) == self.holder(order):
                if choice in (SelfTrade.OLDEST, SelfTrade.BOTH):
                    self.cancel(maker, CancelReason.SELF_TRADE)
                if choice in (SelfTrade.NEWEST, SelfTrade.BOTH):
                    self.cancel(order, CancelReason.SELF_TRADE)
                    order.lots = order.closing = order.other = 0
                continue
            buy, sell = (order, maker) if order.side == BUY else (maker, order)
            while order.lots and maker.lots:
                price = meeting_price(order.price, maker.price, row.last, middle=middle)
                self.trade(row, buy, sell, price, min(order.meet(), maker.meet()))

    def holder(self, order: PlainOrder) -> int:
        """Return whose order it is."""
        return self.accounts[order.code].holder

    def lots_to_meet(self, order: PlainOrder, choice: int) -> int:
        """Return the lots an order could trade at once: its holder's own are none to trade with."""
        total = 0
        for maker in self.instruments[order.instrument].book.opposite(order):
            if choice and self.holder(maker) == self.holder(order):
                if choice != SelfTrade.OLDEST:
                    break
                continue
            total += maker.lots
        return total

    def trade(
        self, row: PlainInstrument, buy: PlainOrder, sell: PlainOrder, price: int, lots: int
    ) -> None:
        """Let two orders meet; the buyer's side is booked first."""
        self.tell(
            TradeExecuted(
                buy_order_id=buy.sequence,
                sell_order_id=sell.sequence,
                price_ticks=price,
                lots=lots,
                instrument=buy.instrument,
                buy_code=buy.code,
                sell_code=sell.code,
                buy_offset=buy.offset,
                sell_offset=sell.offset,
                buy_hedge=buy.hedge,
                sell_hedge=sell.hedge,
            )
        )
        row.last, row.traded = price, True
        self.trades += 1
        for order in (buy, sell):
            self.book_fill(order, price, lots)
        row.book.orders = [order for order in row.book.orders if order.lots]

    def book_fill(self, order: PlainOrder, price: int, lots: int) -> None:
        """Close first what the order closes, open the rest; charge one fee."""
        account = self.accounts[order.code]
        held_side = 1 - order.side
        account.fees += self.tariff.trade_fee(order, price, lots)
        closing = min(lots, order.closing)
        if closing:
            key = Key(order.code, order.instrument, order.hedge, held_side)
            settlement = self.instruments[order.instrument].settlement or 0
            today = self.positions.takes_today(order.offset)
            cost = self.positions.close(key, today, closing, settlement)
            won = price * closing - cost
            if self.tariff.on:
                tick_value = self.tariff.tick_value[order.instrument]
                account.realised += (won if held_side == BUY else -won) * tick_value
        if lots > closing:
            key = Key(order.code, order.instrument, order.hedge, order.side)
            self.positions.open(key, price, lots - closing)
        order.fill(lots, closing)

    def cancel(self, order: PlainOrder, reason: int) -> None:
        """Take the rest of an order away."""
        self.tell(
            OrderCancelled(
                order_id=order.sequence,
                client_order_id=order.own,
                lots=order.lots,
                instrument=order.instrument,
                trading_code=order.code,
                reason=reason,
            )
        )
        if counts_as_opened(order.hedge):
            holder = self.accounts[order.code].holder
            self.positions.opened[holder, order.instrument] -= order.opening
        book = self.instruments[order.instrument].book
        book.orders = [other for other in book.orders if other is not order]

    def may_cancel(self, order: PlainOrder) -> bool:
        """Return whether the phase lets an owner take an order off."""
        phase = self.phases[self.instruments[order.instrument].image.phase_group]
        return phase in (Phase.CONTINUOUS, Phase.AUCTION_ORDERING)

    def cancel_one(self, command: SimpleNamespace, session: int) -> None:
        """Cancel the order that a session names by the exchange's id or its own."""
        if command.order_id != 0:  # a number below 0 is no order's, whatever stands beside it
            found = [o for o in self.live() if o.sequence == command.order_id >> 24]
        else:
            own = command.client_order_id
            found = [o for o in self.live() if own > 0 and (o.session, o.own) == (session, own)]
        if not found:
            raise Refused(Refusal.ORDER_NOT_FOUND, command.order_id, command.client_order_id)
        (order,) = found
        mine, owner = self.sessions[session].member, self.accounts[order.code].member
        if mine != owner:
            raise Refused(Refusal.NOT_YOUR_ORDER, mine, owner)
        if not self.may_cancel(order):
            group = self.instruments[order.instrument].image.phase_group
            raise Refused(Refusal.NOT_TRADING, self.phases[group], Phase.CONTINUOUS)
        self.cancel(order, CancelReason.OWNER)

    def cancel_many(self, command: SimpleNamespace, session: int) -> None:
        """Cancel what the phase allows of a code, the session's member, or a product of it."""
        member, target = self.sessions[session].member, command.target
        products = max(row.image.product for row in self.instruments) + 1
        if command.scope == Scope.TRADING_CODE:
            if not 0 <= target < len(self.accounts):
                raise Refused(Refusal.UNKNOWN_TRADING_CODE, target, len(self.accounts))
            owner = self.accounts[target].member
            if owner != member:
                raise Refused(Refusal.NOT_YOUR_CODE, member, owner)
        elif command.scope == Scope.PRODUCT:
            if not 0 <= target < products:
                raise Refused(Refusal.UNKNOWN_TARGET, target, command.scope)
        elif command.scope != Scope.MEMBER:
            raise Refused(Refusal.UNKNOWN_TARGET, target, command.scope)

        def meant(order: PlainOrder) -> bool:
            if self.accounts[order.code].member != member or not self.may_cancel(order):
                return False
            if command.scope == Scope.TRADING_CODE:
                return order.code == target
            product = self.instruments[order.instrument].image.product
            return command.scope == Scope.MEMBER or product == target

        self.done(103, self.cancel_where(meant, CancelReason.MASS_CANCEL))

    def cancel_where(self, meant: Callable[[PlainOrder], bool], reason: int) -> int:
        """Cancel many; return how many."""
        found = [order for order in self.live() if meant(order)]
        for order in found:
            self.cancel(order, reason)
        return len(found)

    def done(self, command: int, count: int) -> None:
        """Tell the outcome of a command that touched ``count`` things."""
        self.tell(CommandDone(count=count, command=command))

    # phases

    def enter_phase(self, group: int, phase: int, due_ns: int) -> None:
        """Change the phase of a group, with what that brings about."""
        self.phases[group] = phase
        self.tell(PhaseChanged(due_ns=due_ns, group=group, phase=phase))
        members = [row for row in self.instruments if row.image.phase_group == group]
        if phase in (Phase.AUCTION_MATCH, Phase.CONTINUOUS):
            for row in members:
                if not row.halted:
                    self.uncross(row)
        if phase == Phase.CLOSED:
            self.cancel_where(self.in_group(group), CancelReason.END_OF_DAY)

    def in_group(self, group: int) -> Callable[[PlainOrder], bool]:
        """Return whether an order is of a phase group."""
        return lambda order: self.instruments[order.instrument].image.phase_group == group

    def uncross(self, row: PlainInstrument) -> None:
        """Trade what an auction can, the first in line with the first in line."""
        buys, sells = (
            [(order.price, order.lots) for order in row.book.queue(side)] for side in (BUY, SELL)
        )
        found = find_auction(
            buys,
            sells,
            (row.book.lower, row.book.upper),
            self.settings.auction_tie,
            row.last if row.traded else None,
            row.settlement,
        )
        if found is None:
            return
        self.tell(
            AuctionUncrossed(
                lots=found.lots,
                instrument=self.instruments.index(row),
                price_ticks=found.price,
                lowest_ticks=found.lowest,
                highest_ticks=found.highest,
            )
        )
        left = found.lots
        while left:
            buy, sell = row.book.queue(BUY)[0], row.book.queue(SELL)[0]
            lots = min(buy.meet(), sell.meet())
            self.trade(row, buy, sell, found.price, lots)
            left -= lots

    # the house

    def house(self, kind: int, command: SimpleNamespace) -> None:
        """Do what the house says."""
        doers = {
            111: self.log_on,
            112: lambda command: self.log_off(command, lost=False),
            113: lambda command: self.log_off(command, lost=True),
            121: self.set_kill_switch,
            122: self.set_halt,
            123: self.set_right,
            131: self.change_phase,
            132: lambda _: self.done(132, 0),
            133: self.reset_book,
            141: lambda command: self.move_money(command, reserve=False),
            142: lambda command: self.move_money(command, reserve=True),
            143: self.end_withdrawal,
            151: self.mark,
        }
        doers[kind](command)

    def log_on(self, command: SimpleNamespace) -> None:
        """Bind a session to a member."""
        if command.cancel_on_disconnect not in (0, 1):
            raise Refused(Refusal.BAD_FIELD, command.cancel_on_disconnect, 1)
        choice = command.self_trade if self.settings.self_trade_choice is True else SelfTrade.OFF
        if choice not in list(SelfTrade):
            raise Refused(Refusal.BAD_FIELD, choice, SelfTrade.BOTH)
        closing = command.closing if self.settings.offset_flags else Closing.AS_SENT
        if closing not in list(Closing):
            raise Refused(Refusal.BAD_FIELD, closing, Closing.TODAY)
        if not 0 < command.target < len(self.sessions):
            raise Refused(Refusal.UNKNOWN_TARGET, command.target, len(self.sessions))
        if not 0 <= command.member < len(self.members):
            raise Refused(Refusal.UNKNOWN_TARGET, command.member, len(self.members))
        session = self.sessions[command.target]
        if command.epoch < session.epoch:
            raise Refused(Refusal.STALE_EPOCH, command.epoch, session.epoch)
        if command.epoch > session.epoch:
            session.counted, session.outcomes = 0, {}
        session.epoch, session.member, session.state = command.epoch, command.member, "on"
        session.cancel_on_disconnect = bool(command.cancel_on_disconnect)
        session.self_trade, session.closing = choice, closing
        session.grace, session.disconnect = max(command.grace_ns, 0), FOREVER
        self.done(111, session.counted)

    def log_off(self, command: SimpleNamespace, *, lost: bool) -> None:
        """End a session; a lost one keeps its orders for its grace."""
        target = command.target
        if not 0 <= target < len(self.sessions) or self.sessions[target].state != "on":
            raise Refused(Refusal.UNKNOWN_SESSION, target, 0)
        session = self.sessions[target]
        session.state = "lost" if lost else "off"
        count = 0
        if session.cancel_on_disconnect:
            if lost and session.grace:
                session.disconnect = min(self.time + session.grace, FOREVER)
            else:
                count = self.disconnect(target)
        self.done(113 if lost else 112, count)

    def disconnect(self, number: int) -> int:
        """Take off the orders of a session."""
        session = self.sessions[number]
        session.disconnect, session.state = FOREVER, "off"
        return self.cancel_where(lambda o: o.session == number, CancelReason.DISCONNECT)

    def set_kill_switch(self, command: SimpleNamespace) -> None:
        """Stop a code or a member, or let it go on."""
        if command.engaged not in (0, 1):
            raise Refused(Refusal.BAD_FIELD, command.engaged, 1)
        target = command.target
        if command.scope not in (Scope.TRADING_CODE, Scope.MEMBER):
            raise Refused(Refusal.UNKNOWN_TARGET, command.scope, 0)
        by_code = command.scope == Scope.TRADING_CODE
        rows: list[PlainAccount] | list[PlainMember] = self.accounts if by_code else self.members
        if not 0 <= target < len(rows):
            raise Refused(Refusal.UNKNOWN_TARGET, target, len(rows))
        rows[target].killed = bool(command.engaged)

        def meant(order: PlainOrder) -> bool:
            return (order.code if by_code else self.accounts[order.code].member) == target

        stop = CancelReason.KILL_SWITCH
        self.done(121, self.cancel_where(meant, stop) if command.engaged else 0)

    def set_halt(self, command: SimpleNamespace) -> None:
        """Halt or resume; what crossed meanwhile trades at one price."""
        if command.engaged not in (0, 1):
            raise Refused(Refusal.BAD_FIELD, command.engaged, 1)
        found = [
            row
            for number, row in enumerate(self.instruments)
            if (command.scope == Scope.INSTRUMENT and number == command.target)
            or (command.scope == Scope.PRODUCT and row.image.product == command.target)
        ]
        if not found:
            raise Refused(Refusal.UNKNOWN_TARGET, command.target, 0)
        for row in found:
            row.halted = bool(command.engaged)
            if not row.halted and self.phases[row.image.phase_group] == Phase.CONTINUOUS:
                self.uncross(row)
        self.done(122, len(found))

    def set_right(self, command: SimpleNamespace) -> None:
        """Change what a code may do, or everybody in an instrument."""
        if not 0 <= command.right <= Right.FORBIDDEN:
            raise Refused(Refusal.BAD_FIELD, command.right, Right.FORBIDDEN)
        rows: Iterable[PlainAccount | PlainInstrument] = []
        if command.scope == Scope.TRADING_CODE:
            rows = self.accounts
        elif command.scope == Scope.INSTRUMENT:
            rows = self.instruments
        if not 0 <= command.target < len(list(rows)):
            raise Refused(Refusal.UNKNOWN_TARGET, command.target, 0)
        list(rows)[command.target].right = command.right
        self.done(123, 1)

    def change_phase(self, command: SimpleNamespace) -> None:
        """Put a group into a phase by hand."""
        if not 0 <= command.group < len(self.phases):
            raise Refused(Refusal.UNKNOWN_TARGET, command.group, len(self.phases))
        if not 0 <= command.phase <= Phase.CLOSED:
            raise Refused(Refusal.BAD_FIELD, command.phase, Phase.CLOSED)
        self.enter_phase(command.group, command.phase, 0)
        self.done(131, 1)

    def reset_book(self, command: SimpleNamespace) -> None:
        """Empty the books of a group and forget its last prices."""
        if not 0 <= command.group < len(self.phases):
            raise Refused(Refusal.UNKNOWN_TARGET, command.group, len(self.phases))
        count = self.cancel_where(self.in_group(command.group), CancelReason.END_OF_DAY)
        for row in self.instruments:
            if row.image.phase_group == command.group:
                row.last, row.traded = None, False
        self.done(133, count)

    def move_money(self, command: SimpleNamespace, *, reserve: bool) -> None:
        """Credit a deposit, or reserve a withdrawal, once."""
        target, amount, name = command.target, command.amount_fen, command.transfer_id
        if command.scope not in (Scope.TRADING_CODE, Scope.MEMBER):
            raise Refused(Refusal.BAD_FIELD, command.scope, 0)
        of_member = command.scope == Scope.MEMBER
        if not 0 <= target < len(self.members if of_member else self.accounts):
            raise Refused(Refusal.UNKNOWN_TARGET, target, 0)
        if amount <= 0 or not 0 < name < 2**58:
            raise Refused(Refusal.BAD_FIELD, amount, name)
        if name in self.transfers:
            raise Refused(Refusal.TRANSFER_REPEATED, name, self.transfers[name].stage)
        room = self.settings.transfer_capacity
        if len(self.transfers) == room:
            raise Refused(Refusal.TRANSFERS_FULL, room, room)
        if reserve:
            free = self.available(target)
            if of_member:
                free = self.members[target].deposit - self.used_by_member(target)
            if amount > free:
                raise Refused(Refusal.NOT_ENOUGH_MONEY, amount, free)
        stage = TransferStage.RESERVED if reserve else TransferStage.CREDITED
        transfer = PlainTransfer(name, amount, target, command.scope, int(stage))
        self.transfers[name] = transfer
        self.add_deposit(transfer, -amount if reserve else amount)
        self.tell_transfer(transfer)

    def add_deposit(self, transfer: PlainTransfer, amount: int) -> None:
        """Change a deposit."""
        if transfer.scope == Scope.MEMBER:
            self.members[transfer.target].deposit += amount
        else:
            self.accounts[transfer.target].deposit += amount

    def tell_transfer(self, transfer: PlainTransfer) -> None:
        """Say that money moved."""
        self.tell(
            TransferBooked(
                transfer_id=transfer.transfer_id,
                amount_fen=transfer.amount,
                target=transfer.target,
                scope=transfer.scope,
                stage=transfer.stage,
            )
        )

    def end_withdrawal(self, command: SimpleNamespace) -> None:
        """Pay a reserved withdrawal, or give it back."""
        if command.stage not in (TransferStage.CONFIRMED, TransferStage.RELEASED):
            raise Refused(Refusal.BAD_FIELD, command.stage, TransferStage.CONFIRMED)
        transfer = self.transfers.get(command.transfer_id)
        if transfer is None or transfer.stage != TransferStage.RESERVED:
            raise Refused(Refusal.TRANSFER_NOT_RESERVED, command.transfer_id, 0)
        transfer.stage = command.stage
        if command.stage == TransferStage.RELEASED:
            self.add_deposit(transfer, transfer.amount)
        self.tell_transfer(transfer)

    def mark(self, _: SimpleNamespace) -> None:
        """Count floating losses at the last prices; call who is short."""
        called = 0
        if self.tariff.on:
            for code, account in enumerate(self.accounts):
                account.floating_loss = max(-self.floating(code), 0)
            for code, account in enumerate(self.accounts):
                free = self.available(code)
                if free < 0:
                    called += 1
                    self.tell(
                        MarginCalled(
                            available_fen=free,
                            floating_loss_fen=account.floating_loss,
                            trading_code=code,
                        )
                    )
        self.done(151, called)

    def floating(self, code: int) -> int:
        """Return the floating result of a code at the last prices."""
        total = 0
        for key, held in self.positions.held.items():
            row = self.instruments[key.instrument]
            price = row.last if row.last is not None else row.settlement
            if key.code != code or price is None:
                continue
            won = (price - (row.settlement or 0)) * held.history if held.history else 0
            won += price * held.today - held.today_cost
            total += (won if key.side == BUY else -won) * self.tariff.tick_value[key.instrument]
        return total


def known(price: int) -> int | None:
    """Return a price of the image, None where it has none."""
    return None if price == NO_PRICE else price


def plain(told: list[Told]) -> list[Told]:
    """Name orders by the sequence of their entry, and sort what one command cancelled."""
    named = []
    for one in told:
        event = one.event
        changes = {
            name: getattr(event, name) >> 24
            for name in ("order_id", "buy_order_id", "sell_order_id")
            if hasattr(event, name)
        }
        if changes:
            fields = {name: getattr(event, name) for name in event.__struct_fields__}
            event = type(event)(**{**fields, **changes})
        named.append(one._replace(event=event))
    return sort_cancels(named)


def sort_cancels(told: list[Told]) -> list[Told]:
    """Sort each run of cancels by order: a mass cancel promises no order."""
    result: list[Told] = []
    run: list[Told] = []
    for one in [*told, None]:
        if one is not None and isinstance(one.event, OrderCancelled):
            run.append(one)
            continue
        result += sorted(run, key=lambda other: other.event.order_id)
        run = []
        if one is not None:
            result.append(one)
    return result
