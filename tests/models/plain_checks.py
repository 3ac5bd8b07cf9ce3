"""Why an order is refused: the fixed order of questions, and the two figures of each answer.

Form, rights, phase, price, lots to close, limits, money, room; the first fault is the answer.
"""

from types import SimpleNamespace
from typing import TYPE_CHECKING

from huiguan.exchange.day.image import MemberMode
from huiguan.exchange.messages import Hedge, Offset, Phase, PriceType, Right, Side, TimeInForce
from huiguan.foundation.refusals import Refusal
from tests.models.plain_book import BUY, PlainOrder
from tests.models.plain_positions import HEDGING, MARKET_MAKING, OPEN, Key

if TYPE_CHECKING:
    from tests.models.plain_exchange import PlainExchange


class Refused(Exception):  # noqa: N818  an outcome, not an error
    """A command was refused, with the two figures that decided it."""


def ask(refuse: bool, number: Refusal, first: int, second: int) -> None:
    """Refuse for this reason, or go on to the next question."""
    if refuse:
        raise Refused(number, int(first), int(second))


class PlainChecks:
    """The questions; the exchange inherits them."""

    def check_entry(self: "PlainExchange", entry: SimpleNamespace, session: int) -> int:
        """Refuse the order, or return how many of its lots close."""
        self.check_form(entry, session)
        account = self.accounts[entry.trading_code]
        row = self.instruments[entry.instrument]
        holder = account.holder
        limit = self.limits.get((holder, entry.instrument))
        live = self.live()

        side = 1 - entry.side  # of the lots it would close
        key = Key(entry.trading_code, entry.instrument, entry.hedge, side)
        if self.settings.offset_flags:
            closing = 0 if entry.offset == OPEN else entry.lots
        else:
            closing = min(self.positions.free(key, True, live), entry.lots)
        opening = entry.lots - closing

        killed = account.killed or self.members[account.member].killed
        ask(killed, Refusal.KILLED, entry.trading_code, account.member)
        right = max(account.right, row.right, limit.right if limit else 0)
        ask(right == Right.FORBIDDEN, Refusal.NO_RIGHT, entry.trading_code, right)
        only = right == Right.CLOSE_ONLY and opening > 0
        ask(only, Refusal.CLOSE_ONLY, entry.trading_code, right)

        phase = self.phases[row.image.phase_group]
        open_phases = (Phase.CONTINUOUS, Phase.AUCTION_ORDERING)
        ask(phase not in open_phases, Refusal.NOT_TRADING, phase, Phase.CONTINUOUS)
        ask(row.halted, Refusal.HALTED, entry.instrument, 0)
        force = entry.time_in_force
        odd = entry.price_type != PriceType.LIMIT or force != TimeInForce.DAY
        odd = odd and phase == Phase.AUCTION_ORDERING
        ask(odd, Refusal.AUCTION_TAKES_LIMIT_ORDERS, force, TimeInForce.DAY)

        price, book = entry.price_ticks, row.book
        ask(price > book.upper, Refusal.PRICE_ABOVE_LIMIT, price, book.upper)
        ask(price < book.lower, Refusal.PRICE_BELOW_LIMIT, price, book.lower)

        if self.settings.offset_flags and entry.offset != OPEN:
            today = self.positions.takes_today(entry.offset)
            free = self.positions.free(key, today, live)
            number = Refusal.NOT_ENOUGH_TODAY if today else Refusal.NOT_ENOUGH_HISTORY
            if self.splits(entry, session):
                free += self.positions.free(key, True, live)
                number = Refusal.NOT_ENOUGH_TO_CLOSE
            ask(entry.lots > free, number, entry.lots, free)

        if opening:
            self.check_limits(entry, opening)
            if self.tariff.on:
                self.check_money(entry, opening)
        self.check_room(entry, session)
        return closing

    def splits(self: "PlainExchange", entry: SimpleNamespace, session: int) -> bool:
        """Return whether an order closes lots of both kinds: a plain close, where it was chosen."""
        return entry.offset == Offset.CLOSE and bool(self.sessions[session].closing)

    def check_form(self: "PlainExchange", entry: SimpleNamespace, session: int) -> None:
        """Ask what needs no market."""
        instruments, codes = len(self.instruments), len(self.accounts)
        wrong = not 0 <= entry.instrument < instruments
        ask(wrong, Refusal.UNKNOWN_INSTRUMENT, entry.instrument, instruments)
        wrong = not 0 <= entry.trading_code < codes
        ask(wrong, Refusal.UNKNOWN_TRADING_CODE, entry.trading_code, codes)
        mine, owner = self.sessions[session].member, self.accounts[entry.trading_code].member
        ask(mine != owner, Refusal.NOT_YOUR_CODE, mine, owner)
        flags = [(entry.side, max(Side)), (entry.offset, max(Offset)), (entry.hedge, max(Hedge))]
        flags += [(entry.time_in_force, max(TimeInForce)), (entry.price_type, max(PriceType))]
        wrong = any(not 0 <= value <= most for value, most in flags) or entry.client_order_id < 0
        ask(wrong, Refusal.BAD_FIELD, 0, 0)

        row = self.instruments[entry.instrument].image
        least = max(row.minimum_lots, 1)
        ask(entry.lots < least, Refusal.TOO_FEW_LOTS, entry.lots, least)
        most = row.maximum_lots
        if entry.price_type == PriceType.MARKET:
            most = row.maximum_market_lots
            ask(most == 0, Refusal.NO_MARKET_ORDERS, entry.lots, 0)
        ask(0 < most < entry.lots, Refusal.TOO_MANY_LOTS, entry.lots, most)
        multiple = max(row.lots_multiple, 1)
        wrong = entry.lots % multiple != 0
        ask(wrong, Refusal.NOT_A_MULTIPLE, entry.lots, multiple)
        least = entry.minimum_lots
        wrong = not 0 <= least <= entry.lots or (
            least > 0 and entry.time_in_force != TimeInForce.FAK
        )
        ask(wrong, Refusal.BAD_MINIMUM_LOTS, least, entry.lots)
        own = entry.client_order_id
        used = any(own and (o.session, o.own) == (session, own) for o in self.live())
        ask(used, Refusal.DUPLICATE_CLIENT_ORDER, own, 0)

    def check_limits(self: "PlainExchange", entry: SimpleNamespace, opening: int) -> None:
        """Ask for position limit, hedging quota and daily opening limit of the holder."""
        holder = self.accounts[entry.trading_code].holder
        place = (holder, entry.instrument)
        row, own = self.instruments[entry.instrument].image, self.limits.get(place)
        limits = own or row
        codes = {c for c, a in enumerate(self.accounts) if a.holder == holder}
        general, hedging = self.positions.lots_of_holder(
            codes, entry.instrument, entry.side, self.live()
        )
        if entry.hedge == HEDGING:
            quota = 0
            if own:
                quota = own.long_quota_lots if entry.side == BUY else own.short_quota_lots
            asked = hedging + opening
            ask(asked > quota, Refusal.HEDGE_QUOTA, asked, quota)
        elif entry.hedge != MARKET_MAKING:
            asked, most = general + opening, limits.position_limit_lots
            ask(0 < most < asked, Refusal.POSITION_LIMIT, asked, most)
            asked, most = self.positions.opened[place] + opening, limits.opening_limit_lots
            ask(0 < most < asked, Refusal.OPENING_LIMIT, asked, most)

    def check_money(self: "PlainExchange", entry: SimpleNamespace, opening: int) -> None:
        """Ask for the client's money, then the member's."""
        code, live = entry.trading_code, self.live()
        asked = PlainOrder(
            sequence=0,
            own=0,
            session=0,
            code=code,
            instrument=entry.instrument,
            side=entry.side,
            offset=entry.offset,
            hedge=entry.hedge,
            price=entry.price_ticks,
            lots=opening,
            closing=0,
        )
        before = self.tariff.margin_of(code, self.positions, live)
        after = self.tariff.margin_of(code, self.positions, [*live, asked])
        need = after - before + self.tariff.frozen_fees(code, [asked])
        free = self.available(code)
        ask(need > free, Refusal.NOT_ENOUGH_MONEY, need, free)
        place = self.accounts[code].member
        member, used = self.members[place], self.used_by_member(place)
        short = member.mode == MemberMode.REFUSE and used + need > member.deposit
        ask(short, Refusal.MEMBER_SHORT_OF_MONEY, used + need, member.deposit)

    def check_room(self: "PlainExchange", entry: SimpleNamespace, session: int) -> None:
        """Ask whether the tables of the day can take one more order, position and holding.

        An order that closes lots of two kinds takes the room of two.
        """
        most = self.settings.order_capacity
        used = sum(2 if order.other else 1 for order in self.live())
        used += self.splits(entry, session) and self.two_kinds(entry, session)[2] > 0
        ask(used >= most, Refusal.ORDERS_FULL, used, most)
        positions, holdings = self.settings.position_capacity, self.settings.holding_capacity
        key = (entry.trading_code, entry.instrument, entry.hedge)
        holding = (self.accounts[entry.trading_code].holder, entry.instrument)
        used = len(self.position_keys)
        full = key not in self.position_keys and used >= positions
        ask(full, Refusal.POSITIONS_FULL, used, positions)
        used = len(self.holding_keys)
        full = holding not in self.holding_keys and used >= holdings
        ask(full, Refusal.POSITIONS_FULL, used, holdings)

    def available(self: "PlainExchange", code: int) -> int:
        """Return the free money of a trading code (decisions, Money)."""
        account, live = self.accounts[code], self.live()
        margin = self.tariff.margin_of(code, self.positions, live)
        frozen = self.tariff.frozen_fees(code, live)
        won = account.realised - account.floating_loss
        return account.deposit + won - margin - frozen - account.fees

    def used_by_member(self: "PlainExchange", member: int) -> int:
        """Return what the clients of a member need: margin, frozen money and fees, added up."""
        live = self.live()
        return sum(
            self.tariff.margin_of(code, self.positions, live)
            + self.tariff.frozen_fees(code, live)
            + account.fees
            for code, account in enumerate(self.accounts)
            if account.member == member
        )
