"""What is unusual on a simulated day: odd clients, clumsy ones, and what the house does about it.

A self-trader meets itself, an over-trader runs into position and opening limits, somebody runs out
of money, orders come with every common mistake, commands are sent twice. The house halts and
resumes, stops an account, moves money in two phases, marks accounts; a line breaks.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from huiguan.exchange.day.image import DayImage
from huiguan.exchange.messages import (
    COMMAND_HEADER,
    LAYOUTS,
    CancelOrders,
    Command,
    CreditDeposit,
    EndWithdrawal,
    EnterOrder,
    LogOn,
    LoseSession,
    MarkAccounts,
    Offset,
    PriceType,
    ReserveWithdrawal,
    Right,
    Scope,
    SetHalt,
    SetKillSwitch,
    SetRight,
    TimeInForce,
    TransferStage,
    encode,
)
from huiguan.foundation.calendars import SECOND_NS
from huiguan.simulation.chance import stream
from huiguan.simulation.market.clock import Moment
from huiguan.simulation.market.crowd import Crowd, as_bytes, entries
from huiguan.simulation.market.people import Role, roles_in

GRACE_NS = 30 * SECOND_NS
FAR_AHEAD = 1_000_000
YUAN = 100


class DayStory:
    """The unusual commands of one day, moment by moment."""

    def __init__(self, image: DayImage, crowd: Crowd, moments: list[Moment], seed: int) -> None:
        """Choose who does what, and in which moments the house acts."""
        self.image, self.crowd = image, crowd
        self._chance = stream(seed, "story", image.settings.trading_day)
        roles = roles_in(image)
        self._self_trader, self._over_trader, self._broke = (
            int(np.flatnonzero(roles == role)[0])
            for role in (Role.SELF_TRADER, Role.OVER_TRADER, Role.BROKE)
        )
        takers = np.flatnonzero(roles == Role.TAKER)
        self._clumsy = crowd.takers[:: max(len(crowd.takers) // 7, 1)]
        rows = image.instruments
        busy = np.argsort(-crowd.prices.weights, kind="stable")
        self._busy = [int(index) for index in busy]
        limited = [i for i in self._busy if rows["opening_limit_lots"][i] > 0]
        self._limited = min(limited, key=lambda i: int(rows["opening_limit_lots"][i]), default=-1)
        capped = [i for i in self._busy if rows["position_limit_lots"][i] > 0 and i not in limited]
        self._capped = min(capped, key=lambda i: int(rows["position_limit_lots"][i]), default=-1)
        rich = takers[np.argmax(image.trading_codes["deposit_fen"][takers])]
        self._rich = int(rich)
        self._plan = self._house_plan(moments)
        self._forced = as_bytes(entries(0))
        self._sent: np.ndarray = np.zeros((0, 64), np.uint8)  # in the moment before

    def log_on(self) -> np.ndarray:
        """Return the first frame of the day: every member logs on twice, one with more caution."""
        rows = []
        for member in range(len(self.image.members)):
            rows += [encode(self._log_on(1 + 2 * member + maker, member)) for maker in range(2)]
        return np.stack(rows)

    def _log_on(self, session: int, member: int) -> LogOn:
        return LogOn(
            grace_ns=GRACE_NS,
            target=session,
            member=member,
            epoch=1,
            cancel_on_disconnect=int(session % 2 == 1),
        )

    def _house_plan(self, moments: list[Moment]) -> dict[int, list[Command | str]]:
        """Return by moment what the house does: shares of the night and of the day, in percent."""
        day = [number for number, moment in enumerate(moments) if not moment.night]
        night = [number for number, moment in enumerate(moments) if moment.night] or day
        plan: list[tuple[list[int], int, Command | str]] = [
            (night, 20, "lose session"),
            (night, 30, "log on again"),
            (night, 45, "cancel of a member"),
            (night, 70, "cancel of a product"),
            *((day, percent, act) for percent, act in self._money()),
            *((day, percent, act) for percent, act in self._measures()),
        ]
        found: dict[int, list[Command | str]] = {}
        for places, percent, act in plan:
            found.setdefault(places[len(places) * percent // 100], []).append(act)
        return found

    def _money(self) -> list[tuple[int, Command]]:
        """Return transfers of the day: paid in, paid out, asked too much for, and called off."""
        first = self.image.settings.trading_day * 10
        code, whole = Scope.TRADING_CODE, int(self.image.trading_codes["deposit_fen"][self._rich])

        def reserve(number: int, amount_fen: int) -> ReserveWithdrawal:
            return ReserveWithdrawal(
                transfer_id=first + number, amount_fen=amount_fen, target=self._rich, scope=code
            )

        def credit(number: int, target: int, amount_fen: int) -> CreditDeposit:
            return CreditDeposit(
                transfer_id=first + number, amount_fen=amount_fen, target=target, scope=code
            )

        return [
            (12, credit(1, self._rich, whole // 4)),
            (16, credit(2, self._broke, 500_000 * YUAN)),
            (20, reserve(3, whole // 8)),
            (24, EndWithdrawal(transfer_id=first + 3, stage=TransferStage.CONFIRMED)),
            (28, reserve(4, whole * 9)),
            (32, reserve(5, whole // 9)),
            (36, EndWithdrawal(transfer_id=first + 5, stage=TransferStage.RELEASED)),
        ]

    def _measures(self) -> list[tuple[int, Command]]:
        """Return what the house does on the day: marks, a halt, a stop, a right taken away."""
        second, code = self._busy[min(1, len(self._busy) - 1)], Scope.TRADING_CODE

        def halt(engaged: int) -> SetHalt:
            return SetHalt(target=second, scope=Scope.INSTRUMENT, engaged=engaged)

        def stop(engaged: int) -> SetKillSwitch:
            return SetKillSwitch(target=self._over_trader, scope=code, engaged=engaged)

        closing = SetRight(target=self._self_trader, scope=code, right=Right.CLOSE_ONLY)
        return [
            (40, MarkAccounts()),
            (50, halt(1)),
            (56, halt(0)),
            (62, stop(1)),
            (70, stop(0)),
            (80, closing),
            (90, MarkAccounts()),
        ]

    def house(self, number: int) -> list[np.ndarray]:
        """Return what the house, and lines that break, do in a moment."""
        return [self._act(act) for act in self._plan.get(number, [])]

    def _act(self, act: Command | str) -> np.ndarray:
        if isinstance(act, Command):
            return encode(act).reshape(1, -1)
        member = 2 if len(self.image.members) > 2 else 0
        session = 1 + 2 * member
        if act == "lose session":
            self.crowd.up[session] = False
            return encode(LoseSession(target=session)).reshape(1, -1)
        if act == "log on again":
            self.crowd.up[session] = True
            return encode(self._log_on(session, member)).reshape(1, -1)
        scope = Scope.MEMBER if act == "cancel of a member" else Scope.PRODUCT
        product = int(self.image.instruments["product"][self._busy[0]])
        return encode(CancelOrders(target=product, scope=scope), session=1).reshape(1, -1)

    def clients(self, number: int, moment: Moment) -> Iterator[np.ndarray]:
        """Yield what odd and clumsy clients send in a moment."""
        market = self.crowd.open_at(moment)
        alive = [index for index in self._busy if market.instruments[index]]
        if not alive:
            return
        yield self._liquidate(market.instruments)
        if number % 15 == 3:
            yield self._meet_oneself(alive[0])
        if number % 6 == 2:
            yield self._trade_too_much(alive, self._limited, "opening_limit_lots")
        if number % 6 == 5:
            yield self._trade_too_much(alive, self._capped, "position_limit_lots")
        if number % 9 == 4:
            yield self._run_out_of_money(alive)
        if number % 5 == 1:
            yield self._make_mistakes(alive)

    def force(self, orders: Sequence[EnterOrder]) -> None:
        """Take the orders of a forced liquidation; members' own desks send them."""
        rows = [encode(order, int(self.crowd.session[order.trading_code])) for order in orders]
        if rows:
            self._forced = np.stack(rows)

    def _liquidate(self, instruments: np.ndarray) -> np.ndarray:
        """Return what can be sent of the forced liquidation, and forget it."""
        rows = self._forced.reshape(-1).view(LAYOUTS[EnterOrder.KIND])
        now = instruments[rows["instrument"]]
        sent: np.ndarray = self._forced[now]
        self._forced = self._forced[~now]
        return sent

    def resent(self) -> np.ndarray:
        """Return a few commands of the moment before, byte for byte, as if no answer had come.

        With them come one that runs ahead of its session's numbers and one of a session unknown.
        """
        sent = self._sent
        heads = sent.reshape(-1).view(COMMAND_HEADER)
        own = np.flatnonzero((heads["session"] > 0) & self.crowd.up[heads["session"]])
        if not len(own):
            return sent[:0]
        start = int(self._chance.integers(0, len(own)))
        again = sent[own[start : start + 3]].copy()
        strays = sent[own[:2]].copy()
        heads = strays.reshape(-1).view(COMMAND_HEADER)
        heads["client_sequence"] += FAR_AHEAD
        heads["session"][1:] = self.image.settings.session_capacity - 1
        return np.concatenate([again, strays])

    def remember(self, rows: np.ndarray) -> None:
        """Keep what was sent."""
        self._sent = rows

    def _orders(self, code: int, instrument: int, count: int) -> np.ndarray:
        rows = entries(count)
        rows["trading_code"], rows["instrument"] = code, instrument
        rows["session"] = self.crowd.session[code]
        rows["client_order_id"] = self.crowd.names(count)
        rows["price_ticks"] = self._within(instrument, int(self.crowd.prices.ticks[instrument]))
        rows["lots"] = max(1, int(self.image.instruments["lots_multiple"][instrument]))
        return rows

    def _within(self, instrument: int, ticks: int) -> int:
        terms = self.image.instruments[instrument]
        low, high = int(terms["lower_limit_ticks"]), int(terms["upper_limit_ticks"])
        return max(low, min(high, ticks))

    def _meet_oneself(self, instrument: int) -> np.ndarray:
        rows = self._orders(self._self_trader, instrument, 2)
        rows["side"] = (0, 1)
        rows["lots"] = 5 * rows["lots"]
        return as_bytes(rows)

    def _trade_too_much(self, alive: list[int], chosen: int, limit: str) -> np.ndarray:
        """Open an eighth of a limit twice, or the largest order where the contract has none."""
        limited = chosen if chosen in alive else alive[0]
        terms = self.image.instruments[limited]
        rows = self._orders(self._over_trader, limited, 2)
        most = int(terms[limit]) // 8 or int(terms["maximum_lots"]) or 500
        multiple = max(1, int(terms["lots_multiple"]))
        rows["lots"] = max(multiple, min(most, 500) // multiple * multiple)
        half = int(self.crowd.prices.half_spread[limited])
        rows["price_ticks"] = self._within(limited, int(rows["price_ticks"][0]) + 2 * half)
        return as_bytes(rows)

    def _run_out_of_money(self, alive: list[int]) -> np.ndarray:
        rows = self._orders(
            self._broke, alive[int(self._chance.integers(0, min(5, len(alive))))], 1
        )
        rows["lots"] *= int(self._chance.integers(1, 6))
        return as_bytes(rows)

    def _make_mistakes(self, alive: list[int]) -> np.ndarray:
        """Return one order with each common mistake, from clients who know no better."""
        chance = self._chance
        code = int(self._clumsy[chance.integers(0, len(self._clumsy))])
        instrument = alive[int(chance.integers(0, min(len(alive), 20)))]
        terms = self.image.instruments[instrument]
        rows = self._orders(code, instrument, 10)
        rows["instrument"][9] = min(set(self._busy) - set(alive), default=instrument)  # too late
        rows["price_ticks"][0] = terms["upper_limit_ticks"] + 1 + chance.integers(0, 50)
        rows["price_ticks"][1] = terms["lower_limit_ticks"] - 1
        rows["lots"][2] = int(terms["maximum_lots"]) + 1
        rows["instrument"][3] = len(self.image.instruments) + 7
        rows["trading_code"][4] = (code + 1) % len(self.image.trading_codes)
        rows["offset"][5], rows["lots"][5] = Offset.CLOSE_TODAY, 400 * rows["lots"][5]
        rows["price_type"][6] = PriceType.MARKET
        rows["minimum_lots"][7] = 5  # without FAK
        rows["time_in_force"][8] = 7
        rows["time_in_force"][6] = TimeInForce.FAK
        return as_bytes(rows)[chance.permutation(10)[:3]]
