"""Stories of commands of all kinds on small images, from one source of chance.

The source is either a seed (long runs, the same everywhere) or hypothesis (short ones that shrink).
The teller looks at nothing but the image and what was told before; it does not know the rules.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

import numpy as np
from hypothesis import strategies as st

from huiguan.exchange.day.image import DayImage
from huiguan.exchange.messages import (
    COMMAND_HEADER,
    CancelOrder,
    CancelOrders,
    ChangePhase,
    Closing,
    Command,
    CommandDone,
    CommandRefused,
    CreditDeposit,
    EndWithdrawal,
    EnterOrder,
    LogOff,
    LogOn,
    LoseSession,
    MarkAccounts,
    Offset,
    OrderEntered,
    PassTime,
    Phase,
    PhaseChanged,
    ReserveWithdrawal,
    ResetBook,
    SelfTrade,
    SetHalt,
    SetKillSwitch,
    SetRight,
    TimeInForce,
    encode,
)
from huiguan.foundation.refusals import Refusal
from tests.images import small_image
from tests.trading_day import Told

T = TypeVar("T")
SESSIONS, MEMBERS, CODES, INSTRUMENTS = 5, 3, 6, 3
SETTLEMENT = 100


class Chance(Protocol):
    """Where a story's choices come from."""

    def below(self, count: int) -> int:
        """Return a number from 0 to ``count - 1``; 0 is the simplest."""
        ...


class Seeded:
    """Choices of a seed."""

    def __init__(self, seed: int) -> None:
        """Begin."""
        self.generator = np.random.Generator(np.random.PCG64(seed))

    def below(self, count: int) -> int:
        """Return a number below ``count``."""
        return int(self.generator.integers(count))


class Drawn:
    """Choices of hypothesis."""

    def __init__(self, data: st.DataObject) -> None:
        """Begin."""
        self.data = data

    def below(self, count: int) -> int:
        """Return a number below ``count``."""
        number: int = self.data.draw(st.integers(0, count - 1))
        return number


def pick(chance: Chance, choices: Sequence[T]) -> T:
    """Return one of the choices; the first is the simplest."""
    return choices[chance.below(len(choices))]


def often(chance: Chance, percent: int) -> bool:
    """Return True in so many of a hundred cases."""
    return chance.below(100) >= 100 - percent


SCHEDULE = [  # a night group and a day group; gaps so that steps can jump over whole phases
    (10, 0, Phase.AUCTION_ORDERING),
    (110, 0, Phase.AUCTION_BALANCE),
    (114, 0, Phase.AUCTION_MATCH),
    (118, 0, Phase.CONTINUOUS),
    (240, 0, Phase.NO_TRADING),
    (244, 0, Phase.AUCTION_ORDERING),
    (244, 1, Phase.AUCTION_ORDERING),
    (350, 0, Phase.AUCTION_BALANCE),
    (350, 1, Phase.AUCTION_BALANCE),
    (354, 0, Phase.AUCTION_MATCH),
    (354, 1, Phase.AUCTION_MATCH),
    (358, 0, Phase.CONTINUOUS),
    (358, 1, Phase.CONTINUOUS),
    (560, 0, Phase.NO_TRADING),
    (560, 1, Phase.NO_TRADING),
    (566, 0, Phase.CONTINUOUS),
    (566, 1, Phase.CONTINUOUS),
    (960, 0, Phase.CLOSED),
    (960, 1, Phase.CLOSED),
]


def story_image(chance: Chance) -> DayImage:
    """Return a small market: three months of two products, six codes of three members."""
    settings: dict[str, Any] = {
        "price_rule": pick(chance, (1, 0)),
        "auction_tie": chance.below(5),
        "offset_flags": not often(chance, 25),
        "funds": not often(chance, 15),
        "order_capacity": pick(chance, (48, 12)),
        "position_capacity": pick(chance, (128, 32)),
        "holding_capacity": 64,
        "session_capacity": SESSIONS,
        "outcome_window": pick(chance, (8, 3)),
        "transfer_capacity": pick(chance, (16, 2)),
    }
    if often(chance, 60):
        settings["self_trade_choice"] = True
    width = pick(chance, (3, 5, 8))
    image = small_image(
        INSTRUMENTS,
        CODES,
        MEMBERS,
        2,
        settings=settings,
        lower=SETTLEMENT - width,
        upper=SETTLEMENT + width,
        settlement=SETTLEMENT,
        margin_fen=pick(chance, (1_000, 501)),
        fee_rate_ppb=pick(chance, (0, 1_234_567, 50_000_000)),
        fee_fen=pick(chance, (10, 0, 7)),
        deposit_fen=pick(chance, (1_000_000, 60_000, 12_000)),
    )
    fill_instruments(chance, image.instruments)
    image.margins["margin_fen"] += 37 * image.margins["side"] + 11 * image.margins["instrument"]
    image.fees["per_lot_fen"] += 3 * image.fees["instrument"] + image.fees["hedge"]
    image.fees["rate_ppb"] *= 1 + image.fees["hedge"]
    image.fees["per_lot_fen"] += 2 * (image.fees["fee_class"] == 1)
    image.trading_codes["holder"] = np.arange(CODES) % 4  # codes 0 and 4, 1 and 5: one holder
    for code in range(CODES):
        image.trading_codes["right"][code] = 1 + chance.below(2) if often(chance, 2) else 0
    image.members["mode"] = [chance.below(3) for _ in range(MEMBERS)]
    image.members["deposit_fen"] = [pick(chance, (10_000_000, 60_000, 20_000)) for _ in range(3)]
    return image._replace(
        positions=some_positions(chance, image.positions.dtype),
        holder_limits=some_limits(chance, image.holder_limits.dtype),
        phases=np.array(SCHEDULE if chance.below(3) else [], dtype=image.phases.dtype),
    )


def fill_instruments(chance: Chance, rows: np.ndarray) -> None:
    """Give the months their own sizes, limits and relief groups."""
    rows["phase_group"][2] = 1
    rows["tick_value_fen"] = pick(chance, (100, 37))
    rows["maximum_lots"] = pick(chance, (20, 0))
    rows["maximum_market_lots"] = pick(chance, (10, 0))
    rows["minimum_lots"][1] = pick(chance, (1, 2))
    rows["lots_multiple"][2] = pick(chance, (1, 2))
    rows["position_limit_lots"] = pick(chance, (0, 30, 12))
    rows["opening_limit_lots"] = pick(chance, (0, 40, 15))
    rows["long_relief_group"], rows["short_relief_group"] = [0, 1, 0], [0, 2, 3]
    for month in range(INSTRUMENTS):
        if often(chance, 2):
            rows["right"][month] = 1 + chance.below(2)
        if often(chance, 5):
            rows["previous_settlement_ticks"][month] = SETTLEMENT + 1


def some_positions(chance: Chance, dtype: np.dtype[np.void]) -> np.ndarray:
    """Return history lots, long and short in balance for every contract."""
    held: dict[tuple[int, int, int], list[int]] = {}
    for _ in range(pick(chance, (7, 0, 14))):
        month, lots = chance.below(INSTRUMENTS), 1 + chance.below(8)
        for side in (0, 1):
            hedge = pick(chance, (0, 0, 0, 0, 0, 0, 1, 2, 3))
            held.setdefault((chance.below(CODES), month, hedge), [0, 0])[side] += lots
    rows = [(code, month, *lots, hedge) for (code, month, hedge), lots in sorted(held.items())]
    return np.array(rows, dtype=dtype)


def some_limits(chance: Chance, dtype: np.dtype[np.void]) -> np.ndarray:
    """Return holders with limits, quotas and rights of their own."""
    rows = []
    for holder in range(4):
        for month in range(INSTRUMENTS):
            if often(chance, 40):
                right = pick(chance, (*(0,) * 20, 1, 2))
                limit, opening = pick(chance, (0, 10, 20)), pick(chance, (0, 12, 30))
                rows.append(
                    (holder, month, limit, opening, chance.below(9), chance.below(9), right)
                )
    return np.array(rows, dtype=dtype)


@dataclass
class Teller:
    """Tells one command after the other; ``heard`` keeps what the market answered."""

    chance: Chance
    image: DayImage
    time_ns: int = 0
    sequence: int = 0
    counted: list[int] = field(default_factory=lambda: [0] * SESSIONS)
    epochs: list[int] = field(default_factory=lambda: [0] * SESSIONS)
    entered: list[int] = field(default_factory=list)  # order ids of the exchange
    owners: dict[int, int] = field(default_factory=dict)
    gone: set[int] = field(default_factory=set)  # sessions that ended
    phases: dict[int, int] = field(default_factory=dict)
    transfers: int = 0
    seen: Counter[str] = field(default_factory=Counter)
    steps: tuple[int, ...] = (0, 0, 0, 1, 2, 9)
    first: list[Command] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Log the members on, and begin trading where no schedule does."""
        if not len(self.image.phases):
            self.first = [ChangePhase(group=group, phase=Phase.CONTINUOUS) for group in (0, 1)]
        self.first += [
            LogOn(
                target=member + 1,
                member=member,
                epoch=1,
                cancel_on_disconnect=int(member < 2),
                grace_ns=(0, 20, 0)[member],
                self_trade=pick(self.chance, list(SelfTrade)),
                closing=pick(self.chance, list(Closing)),
            )
            for member in range(MEMBERS)
        ]

    def next(self) -> tuple[int, np.ndarray]:
        """Return the time and the bytes of the next command."""
        chance = self.chance
        step = pick(chance, self.steps)
        self.time_ns += 150 if step == 9 and often(chance, 3) else step
        if self.sequence < len(self.first):
            return self.time_ns, encode(self.first[self.sequence])
        kind = chance.below(100)
        if kind < 81:
            session = 1 + chance.below(MEMBERS)
            row = encode(self.entry(session), session, self.count(session))
        elif kind < 90:
            session = 1 + chance.below(MEMBERS)
            command = self.cancel(session) if often(chance, 85) else self.mass_cancel(session)
            row = encode(command, session, self.count(session))
        else:
            row = encode(self.house())
        return self.time_ns, self.spoil(row)

    def count(self, session: int) -> int:
        """Return the client sequence to use: nearly always the next one."""
        chance = self.chance
        following = self.counted[session] + 1
        if often(chance, 4):
            return following - 1 - chance.below(6)
        if often(chance, 2):
            return following + 1
        return following

    def spoil(self, row: np.ndarray) -> np.ndarray:
        """Now and then damage the header."""
        if often(self.chance, 1):
            head = row.view(COMMAND_HEADER)
            name = pick(self.chance, ("kind", "version", "session"))
            head[name] = pick(self.chance, (0, 105, 7, -3))
        return row

    def entry(self, session: int) -> EnterOrder:
        """Return an order of some kind."""
        chance = self.chance
        code = (session - 1) + MEMBERS * chance.below(2)
        instrument = chance.below(INSTRUMENTS)
        lower, upper = (
            int(self.image.instruments[f"{which}_limit_ticks"][instrument])
            for which in ("lower", "upper")
        )
        price = lower + chance.below(upper - lower + 1)
        if often(chance, 35):
            price = pick(chance, (lower, upper))
        offset = pick(chance, (*(0,) * 11, 1, 1, 2, 3, 3, 3, 4))
        force, price_type, minimum = 0, 0, 0
        if often(chance, 30):
            force = 1 + chance.below(len(TimeInForce) - 1)
            minimum = chance.below(5) if force == 1 and often(chance, 60) else 0
        if often(chance, 5):
            price_type = 1
        lots, hedge = 1 + chance.below(5), pick(chance, (*(0,) * 8, 1, 1, 2, 2, 3))
        if offset != Offset.OPEN and often(chance, 80):
            lots, hedge = 1 + chance.below(2), 0
        fields = {
            "client_order_id": chance.below(30) if often(chance, 60) else 0,
            "price_ticks": price,
            "lots": 2 * lots if often(chance, 60) else lots,
            "minimum_lots": minimum,
            "instrument": instrument,
            "trading_code": code,
            "side": chance.below(2),
            "offset": offset,
            "hedge": hedge,
            "time_in_force": force,
            "price_type": price_type,
        }
        if often(chance, 2):
            name = pick(chance, list(fields))
            wrong: dict[str, Sequence[int]] = {
                "price_ticks": (SETTLEMENT + 9, SETTLEMENT - 9),
                "lots": (0, 25, 3),
                "trading_code": (CODES, -1, chance.below(CODES)),
                "instrument": (INSTRUMENTS, -1),
            }
            fields[name] = pick(chance, wrong.get(name, (-1, 7, 3)))
        return EnterOrder(**fields)

    def cancel(self, session: int) -> CancelOrder:
        """Return a cancel of some order."""
        chance = self.chance
        if self.entered and often(chance, 60):
            return CancelOrder(order_id=self.an_order(session), client_order_id=0)
        return CancelOrder(order_id=0, client_order_id=chance.below(30))

    def an_order(self, session: int) -> int:
        """Return an order's id, mostly of the session's own."""
        own = [o for o in self.entered if self.owners[o] == session][-7:]
        if own and often(self.chance, 90):
            return pick(self.chance, own)
        return pick(self.chance, self.entered[-20:])

    def mass_cancel(self, session: int) -> CancelOrders:
        """Return a mass cancel."""
        chance = self.chance
        scope = pick(chance, (0, 1, 2, 0, 1, 2, 3))
        code = (session - 1) + MEMBERS * chance.below(2)
        target = code if scope == 0 and often(chance, 80) else chance.below(8) - 1
        return CancelOrders(target=target, scope=scope)

    def house(self) -> Command:
        """Return a command of the house."""
        chance = self.chance
        choice = chance.below(100)
        if self.gone and often(chance, 60):
            return self.of_a_session()
        still = [g for g, phase in self.phases.items() if phase != Phase.CONTINUOUS]
        if still and self.time_ns > 120 and often(chance, 40):
            group = pick(chance, still)
            ordering = self.phases[group] == Phase.AUCTION_ORDERING
            return ChangePhase(group=group, phase=pick(chance, (5, 2) if ordering else (3, 2)))
        if choice < 20:
            return self.of_a_session()
        if choice < 48:
            return self.of_money()
        if choice < 58:
            target = chance.below(INSTRUMENTS + 1)
            scope = pick(chance, (3, 3, 3, 2, 0))
            return SetHalt(target=target, scope=scope, engaged=int(often(chance, 15)))
        if choice < 66:
            scope = pick(chance, (0, 1, 0, 1, 2))
            engaged = int(often(chance, 15))
            return SetKillSwitch(target=chance.below(CODES + 1), scope=scope, engaged=engaged)
        if choice < 73:
            scope = pick(chance, (0, 0, 3, 1))
            right = pick(chance, (*(0,) * 16, 1, 2, 3))
            return SetRight(target=chance.below(CODES + 1), scope=scope, right=right)
        if choice < 82:
            phase = pick(chance, (*(2,) * 6, *(3,) * 8, 5, 1, 4, 0, 6, 7))
            return ChangePhase(group=pick(chance, (0, 1, 0, 1, 0, 1, 2)), phase=phase)
        if choice < 98:
            return MarkAccounts() if often(chance, 80) else PassTime()
        return ResetBook(group=chance.below(3))

    def of_a_session(self) -> Command:
        """Return a logon, logoff or loss."""
        chance = self.chance
        target = pick(chance, (1, 2, 3, 4, 0, 5))
        choice = chance.below(4)
        lost = [n for n in range(1, MEMBERS + 1) if n in self.gone]
        if lost and often(chance, 90):
            target, choice = pick(chance, lost), 2
        if choice == 0:
            return LogOff(target=target)
        if choice == 1:
            return LoseSession(target=target)
        known = self.epochs[target] if target < SESSIONS else 0
        return LogOn(
            target=target,
            member=target - 1 if often(chance, 96) else chance.below(MEMBERS + 1),
            epoch=known + pick(chance, (1, 0, 1, 0, -1)),
            cancel_on_disconnect=chance.below(2),
            grace_ns=pick(chance, (0, 5, 40, -3)),
            self_trade=pick(chance, (*SelfTrade, 4 if often(chance, 5) else 0)),
            closing=pick(chance, (*Closing, 3 if often(chance, 5) else 0)),
        )

    def of_money(self) -> Command:
        """Return a transfer command."""
        chance = self.chance
        choice = chance.below(5)
        if choice >= 3 and self.transfers:
            name = chance.below(self.transfers + 2)
            return EndWithdrawal(transfer_id=name, stage=pick(chance, (3, 4, 3, 4, 1)))
        fresh = often(chance, 75)
        self.transfers += fresh
        name = self.transfers if fresh else chance.below(self.transfers + 1)
        kind = CreditDeposit if choice == 0 else ReserveWithdrawal
        amount = pick(chance, (1_000, 20_000, 500_000, 0))
        scope = pick(chance, (0, 0, 1, 1, 2))
        target = chance.below(MEMBERS if scope == 1 else CODES) + 7 * often(chance, 4)
        return kind(transfer_id=name, amount_fen=amount, target=target, scope=scope)

    def hear(self, row: np.ndarray, told: list[Told]) -> None:
        """Learn what the market answered to a command."""
        head = row.view(COMMAND_HEADER)[0]
        kind, session = int(head["kind"]), int(head["session"])
        self.sequence += 1
        for one in told:
            event = one.event
            self.seen[type(event).__name__] += 1
            if isinstance(event, OrderEntered):
                self.entered.append(event.order_id)
                self.owners[event.order_id] = session
                if event.offset == Offset.CLOSE_TODAY:
                    self.seen["close today entered"] += 1
            if isinstance(event, PhaseChanged):
                self.phases[event.group] = event.phase
            if isinstance(event, CommandRefused):
                self.seen[f"refusal {event.refusal}"] += 1
        last = told[-1].event
        if kind in (LogOff.KIND, LoseSession.KIND) and isinstance(last, CommandDone):
            self.gone.add(int(row[16:20].view("<i4")[0]))
        if kind == LogOn.KIND and isinstance(last, CommandDone):
            logon = row[16:].view("<i4")
            self.learn_logon(int(logon[2]), int(logon[4]), last.count)
        elif 0 < session < SESSIONS and kind < 110:
            silent = isinstance(last, CommandRefused) and last.refusal in (
                Refusal.UNKNOWN_SESSION,
                Refusal.SEQUENCE_GAP,
            )
            number = int(head["client_sequence"])
            if not silent and number == self.counted[session] + 1 and head["version"] == 1:
                self.counted[session] = number

    def learn_logon(self, session: int, epoch: int, count: int) -> None:
        """Remember how far a session was when it logged on."""
        self.epochs[session], self.counted[session] = epoch, count
        self.gone.discard(session)
