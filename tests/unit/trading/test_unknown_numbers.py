"""A number that means nothing is refused by the core, and never taken for another one.

Every field of a command that holds an enumeration or a flag is tried with every value of its width.
"""

from typing import Any

import numpy as np
import pytest
from tools.generate.kinds import flags, held

from huiguan.exchange.messages import (
    COMMANDS,
    LAYOUTS,
    CancelOrders,
    ChangePhase,
    Command,
    CommandRefused,
    CreditDeposit,
    EndWithdrawal,
    EnterOrder,
    LogOn,
    Phase,
    ReserveWithdrawal,
    Right,
    Scope,
    SetHalt,
    SetKillSwitch,
    SetRight,
    Side,
    TransferStage,
    encode,
)
from huiguan.exchange.trading.core import TradingCore
from tests.images import small_image
from tests.trading_day import SMALL, Day, order, read_events

SESSION_KINDS = (EnterOrder, CancelOrders)
GOOD: dict[type[Command], Command] = {
    EnterOrder: order(0, Side.BUY, 100, 1),
    CancelOrders: CancelOrders(target=0, scope=Scope.TRADING_CODE),
    LogOn: LogOn(grace_ns=0, target=2, member=1, epoch=9, cancel_on_disconnect=0),
    SetKillSwitch: SetKillSwitch(target=1, scope=Scope.TRADING_CODE, engaged=0),
    SetHalt: SetHalt(target=0, scope=Scope.INSTRUMENT, engaged=0),
    SetRight: SetRight(target=0, scope=Scope.TRADING_CODE, right=Right.ALLOW),
    ChangePhase: ChangePhase(group=0, phase=Phase.CONTINUOUS),
    CreditDeposit: CreditDeposit(transfer_id=1, amount_fen=5, target=0, scope=Scope.TRADING_CODE),
    ReserveWithdrawal: ReserveWithdrawal(
        transfer_id=2, amount_fen=5, target=0, scope=Scope.TRADING_CODE
    ),
    EndWithdrawal: EndWithdrawal(transfer_id=3, stage=TransferStage.CONFIRMED),
}
TAKEN: dict[tuple[type[Command], str], set[Any]] = {  # where a command takes less than the word has
    (CancelOrders, "scope"): {Scope.TRADING_CODE, Scope.MEMBER, Scope.PRODUCT},
    (SetKillSwitch, "scope"): {Scope.TRADING_CODE, Scope.MEMBER},
    (SetHalt, "scope"): {Scope.PRODUCT, Scope.INSTRUMENT},
    (SetRight, "scope"): {Scope.TRADING_CODE, Scope.INSTRUMENT},
    (CreditDeposit, "scope"): {Scope.TRADING_CODE, Scope.MEMBER},
    (ReserveWithdrawal, "scope"): {Scope.TRADING_CODE, Scope.MEMBER},
    (EndWithdrawal, "stage"): {TransferStage.CONFIRMED, TransferStage.RELEASED},
}
COUNTERS = ("core", "outcomes", "sessions")  # what also a refused command moves


def known(kind: type[Command]) -> dict[str, set[int]]:
    """Return the values that each field of a kind knows, where it knows few."""
    words = held(kind)
    found = {name: set(map(int, TAKEN.get((kind, name), word))) for name, word in words.items()}
    return found | {name: {0, 1} for name in flags(kind)}


CASES = [(kind, name) for kind in COMMANDS.values() for name in known(kind)]


def test_every_command_with_such_a_field_is_here() -> None:
    assert {kind for kind, _ in CASES} == set(GOOD)
    assert len(CASES) == 19  # an order has five, a log-on three, three commands two, five one


def prepared() -> TradingCore:
    """Two orders in the book and one withdrawal reserved: things that a wrong branch would move."""
    day = Day(small_image(settings={**SMALL, "self_trade_choice": True}))
    day.buy(0, 99, 2)
    day.sell(1, 101, 2)
    day.house(ReserveWithdrawal(transfer_id=3, amount_fen=5, target=0, scope=Scope.TRADING_CODE))
    return day.core


def content(core: TradingCore) -> dict[str, bytes]:
    tables = core.tables()
    return {name: rows.tobytes() for name, rows in tables.items() if name not in COUNTERS}


@pytest.mark.parametrize(("kind", "name"), CASES, ids=lambda part: getattr(part, "__name__", part))
def test_what_is_not_known_is_refused_and_changes_nothing(kind: type[Command], name: str) -> None:
    core = prepared()
    before, speaker = content(core), core.state.sessions[2].copy()
    session, number = (1, 1) if kind in SESSION_KINDS else (0, 0)
    row = encode(GOOD[kind], session, number)
    view = row.view(LAYOUTS[kind.KIND])
    width = np.iinfo(view[name].dtype)
    for value in range(width.min, width.max + 1):
        if value in known(kind)[name]:
            continue
        view[name] = value
        if session:
            number += 1
            view["client_sequence"] = number
        (told,) = read_events(core.run_frame(core.time_ns + 1, row))
        assert isinstance(told.event, CommandRefused), value
    assert content(core) == before
    assert core.state.sessions[2] == speaker


@pytest.mark.parametrize("kind", GOOD, ids=lambda kind: kind.__name__)
def test_the_same_command_with_what_is_known_is_accepted(kind: type[Command]) -> None:
    session, number = (1, 2) if kind in SESSION_KINDS else (0, 0)
    told = read_events(prepared().run_frame(99, encode(GOOD[kind], session, number)))
    assert not any(isinstance(one.event, CommandRefused) for one in told)
