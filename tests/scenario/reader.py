"""Market stories as text: one line a command, behind ``->`` what must happen.

A story begins with its title and ``market`` lines (fields of ``small_image``, settings, positions,
limits); every other line is

    <who> <what> -> <event>; <event>; ...

Traders are letters: a is trading code 0 of member 0, b code 1 of member 1, c code 2 of member 0...
``a buy 5 @ 100 close today hedge fak min 3 own 7 of 1`` buys 5 lots of instrument 1. The house
speaks without a name: ``phase continuous``, ``halt 0``, ``kill a``, ``mark``, ``credit a 500``. An
event is ``3 @ 100`` (a trade), ``entered``, ``refused POSITION_LIMIT 11 10``, ``cancelled 2``,
``auction 4 @ 101``, ``called a -500``... Lines ``? a long_today 3`` and ``? a available 900`` ask
for the state; ``#`` begins a remark.
"""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from huiguan.exchange.day.image import AuctionTie, MemberMode, PriceRule
from huiguan.exchange.messages import (
    AuctionUncrossed,
    CancelOrder,
    CancelOrders,
    CancelReason,
    ChangePhase,
    Closing,
    Command,
    CommandDone,
    CommandRefused,
    CommandRepeated,
    CreditDeposit,
    EndWithdrawal,
    EnterOrder,
    Event,
    LogOff,
    LogOn,
    LoseSession,
    MarginCalled,
    MarkAccounts,
    MemberWarned,
    OrderCancelled,
    OrderEntered,
    PassTime,
    Phase,
    PhaseChanged,
    ReserveWithdrawal,
    Right,
    Scope,
    SetHalt,
    SetKillSwitch,
    SetRight,
    Side,
    TimeInForce,
    TradeExecuted,
    TransferBooked,
    TransferStage,
)
from huiguan.foundation.refusals import BY_NUMBER
from tests.images import small_image
from tests.trading_day import SMALL, Day, order

LETTERS = "abcdefgh"
OFFSETS = {"close": 1, "force": 2, "today": 3, "yesterday": 4}
HEDGES = {"arbitrage": 1, "hedge": 2, "maker": 3}
FORCES = {force.name.lower(): int(force) for force in TimeInForce if force}
CHOICES = {
    "price_rule": PriceRule,
    "auction_tie": AuctionTie,
    "member_mode": MemberMode,
}
IMAGE = {"lower", "upper", "settlement", "margin_fen", "fee_fen", "fee_rate_ppb", "deposit_fen"}


class Line(NamedTuple):
    """One line of a story: what is done, and what must follow."""

    number: int
    said: str
    expected: list[str]


class Story(NamedTuple):
    """A story: its title, its market, its lines."""

    title: str
    market: list[str]
    lines: list[Line]


def read_story(path: Path) -> Story:
    """Return the story of a file."""
    title, market, lines = "", [], []
    for number, raw in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        text = raw.split("#")[0].strip()
        if not text:
            continue
        if text.startswith("story "):
            title = text.removeprefix("story ")
        elif text.startswith("market "):
            market.append(text.removeprefix("market "))
        else:
            said, _, after = text.partition("->")
            expected = [part.strip() for part in after.split(";") if part.strip()]
            lines.append(Line(number, said.strip(), expected))
    return Story(title, market, lines)


class Market:
    """A day that understands the lines of a story."""

    def __init__(self, story: Story) -> None:  # noqa: C901  one branch a word
        """Open the market the story describes, in phase continuous unless it says ``phase``."""
        settings, image, rows = dict(SMALL), {}, {}
        counts = {"instruments": 1, "codes": 4, "members": 2}
        tables: dict[str, list[tuple[int, ...]]] = {"positions": [], "holder_limits": []}
        later: list[tuple[str, int]] = []
        deposits: dict[int, int] = {}
        phase: Phase | None = Phase.CONTINUOUS
        for name, *values in (line.split() for line in story.market):
            if name == "position":  # a 5 long, or: a 5 long hedge 1 (flag, instrument)
                tables["positions"].append(position_row(values))
            elif name == "limit":  # a 10 0 8 4: position, opening, long and short quota
                numbers = [int(value) for value in values[1:]]
                tables["holder_limits"].append((LETTERS.index(values[0]), 0, *numbers, 0))
            elif name == "deposit":
                deposits[LETTERS.index(values[0])] = int(values[1])
            elif name in {"member_mode", "member_deposit"}:
                later.append((name, number_of(name, values[0])))
            elif name == "phase":
                phase = Phase[values[0].upper()]
            elif name in counts:
                counts[name] = int(values[0])
            elif name in IMAGE:
                image[name] = int(values[0])
            elif name in CHOICES or name in {"offset_flags", "funds"}:
                settings[name] = number_of(name, values[0])
            else:
                rows[name] = int(values[0])
        made = small_image(**counts, settings=settings, instrument_fields=rows, **image)
        for name, value in later:
            made.members["mode" if name == "member_mode" else "deposit_fen"] = value
        for code, amount in deposits.items():
            made.trading_codes["deposit_fen"][code] = amount
        for name, table in tables.items():
            array = np.array(table, dtype=getattr(made, name).dtype)
            made = made._replace(**{name: array})
        self.day = Day(made, phase=phase)
        self.names: dict[str, int] = {}  # order ids by the story's own number
        self.transfers = 0

    def tell(self, line: Line) -> None:
        """Do what a line says and compare what happens."""
        who, *words = line.said.split()
        if who == "?":
            assert self.value(*words[:2]) == int(words[2]), f"line {line.number}: {line.said}"
            return
        if who == "at":
            self.day.time_ns = int(words[0]) - 1
            who, *words = words[1:]
        events = self.act(who, words)
        found = [text for event in events if (text := describe(event))]
        assert found == line.expected, f"line {line.number}: {line.said} -> {'; '.join(found)}"

    def value(self, who: str, name: str) -> int:
        """Return a figure of a trader."""
        code = LETTERS.index(who)
        if name == "available":
            return self.day.available(code)
        if f"{name}_fen" in (self.day.account(code).dtype.names or ()):
            return int(self.day.account(code)[f"{name}_fen"])
        return self.day.position(code).get(name, 0)

    def act(self, who: str, words: list[str]) -> list[Event]:
        """Return the events of one line."""
        if who not in LETTERS:
            return self.day.house(self.house(who, words))
        code = LETTERS.index(who)
        session = code % len(self.day.image.members) + 1
        if words[0] in {"buy", "sell"}:
            entry, own = entry_of(code, words)
            events = self.day.send(session, entry)
            for event in events:
                if isinstance(event, OrderEntered) and own:
                    self.names[own] = event.order_id
            return events
        if words[0] == "cancel" and words[1] == "all":
            return self.day.send(session, CancelOrders(target=code, scope=Scope.TRADING_CODE))
        name = self.names.get(words[1], int(words[1]))
        return self.day.send(session, CancelOrder(order_id=name, client_order_id=0))

    def house(self, what: str, words: list[str]) -> Command:
        """Return the command of the house that a line says."""
        if what == "phase":
            return ChangePhase(group=0, phase=Phase["_".join(words).upper()])
        if what in {"halt", "resume"}:
            return SetHalt(target=int(words[0]), scope=Scope.INSTRUMENT, engaged=what == "halt")
        if what in {"kill", "revive"}:
            target = LETTERS.index(words[0])
            return SetKillSwitch(target=target, scope=Scope.TRADING_CODE, engaged=what == "kill")
        if what == "right":
            right = Right["_".join(words[1:]).upper()]
            return SetRight(target=LETTERS.index(words[0]), scope=Scope.TRADING_CODE, right=right)
        if what == "mark":
            return MarkAccounts()
        if what == "pass":
            return PassTime()
        if what in {"credit", "reserve"}:
            self.transfers += 1
            kind = CreditDeposit if what == "credit" else ReserveWithdrawal
            target, amount = LETTERS.index(words[0]), int(words[1])
            return kind(
                transfer_id=self.transfers,
                amount_fen=amount,
                target=target,
                scope=Scope.TRADING_CODE,
            )
        if what in {"confirm", "release"}:
            stage = TransferStage.CONFIRMED if what == "confirm" else TransferStage.RELEASED
            return EndWithdrawal(transfer_id=int(words[0]), stage=stage)
        if what == "lose":
            return LoseSession(target=int(words[0]))
        if what == "leave":
            return LogOff(target=int(words[0]))
        if what == "join":  # join 1 closing today grace 100
            session = int(words[0])
            self.day.counted[session] = 0
            epoch = int(self.day.core.state.sessions[session]["epoch"]) + 1
            return LogOn(
                target=session,
                member=session - 1,
                epoch=epoch,
                cancel_on_disconnect=int("grace" in words),
                grace_ns=int(words[-1]) if "grace" in words else 0,
                closing=Closing[words[2].upper()] if words[1:2] == ["closing"] else 0,
            )
        raise ValueError(f"nobody knows how to {what}")


def number_of(name: str, word: str) -> int:
    """Return what a word of a market line means."""
    if name in CHOICES:
        return int(CHOICES[name][word.upper()])
    return {"on": 1, "off": 0}[word] if word in {"on", "off"} else int(word)


def position_row(words: list[str]) -> tuple[int, int, int, int, int]:
    """Return the row of ``a 5 long`` or ``a 5 short hedge``."""
    lots = int(words[1])
    both = (lots, 0) if words[2] == "long" else (0, lots)
    hedge = HEDGES[words[3]] if len(words) > 3 else 0
    return (LETTERS.index(words[0]), 0, *both, hedge)


def entry_of(code: int, words: list[str]) -> tuple[EnterOrder, str]:
    """Return the order of ``buy 5 @ 100 close today fak min 3 own 7 of 1``, and its own number."""
    side = Side.BUY if words[0] == "buy" else Side.SELL
    fields: dict[str, int] = {}
    rest = iter(words[4:])
    for word in rest:
        if word in OFFSETS:
            fields["offset"] = OFFSETS[word]
        elif word in HEDGES:
            fields["hedge"] = HEDGES[word]
        elif word in FORCES:
            fields["time_in_force"] = FORCES[word]
        elif word == "market":
            fields["price_type"] = 1
        else:
            name = {"min": "minimum_lots", "own": "client_order_id", "of": "instrument"}[word]
            fields[name] = int(next(rest))
    entry = order(code, side, int(words[3]), int(words[1]), **fields)
    return entry, str(fields.get("client_order_id", ""))


def describe(event: Event) -> str:
    """Return an event in the words of a story; the outcome of a house command goes without."""
    match event:
        case OrderEntered():
            return (
                f"entered {event.other_lots} of the other kind" if event.other_lots else "entered"
            )
        case TradeExecuted():
            return f"{event.lots} @ {event.price_ticks}"
        case OrderCancelled():
            quiet = event.reason in (CancelReason.OWNER, CancelReason.MASS_CANCEL)
            why = "" if quiet else f" {CancelReason(event.reason).name}"
            return f"cancelled {event.lots}{why}"
        case CommandRefused():
            name = BY_NUMBER[event.refusal].name
            return f"refused {name} {event.first_figure} {event.second_figure}"
        case CommandRepeated():
            return "repeated"
        case AuctionUncrossed():
            return f"auction {event.lots} @ {event.price_ticks}"
        case MarginCalled():
            return f"called {LETTERS[event.trading_code]} {event.available_fen}"
        case MemberWarned():
            return f"warned {event.member} {event.used_fen} {event.deposit_fen}"
        case TransferBooked():
            return f"{TransferStage(event.stage).name.lower()} {event.amount_fen}"
        case CommandDone() | PhaseChanged():
            return ""
    raise AssertionError(event)


def stories() -> list[Path]:
    """Return the files of all stories."""
    return sorted((Path(__file__).parent / "market").glob("*.story"))
