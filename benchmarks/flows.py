"""Order flow for the benchmarks: entries and cancels around a fixed middle, from one seed."""

from typing import NamedTuple

import numpy as np
from tests.images import small_image

from huiguan.exchange.day.image import DayImage
from huiguan.exchange.messages import (
    LAYOUTS,
    MESSAGE_BYTES,
    VERSION,
    CancelOrder,
    ChangePhase,
    EnterOrder,
    LogOn,
    OrderEntered,
    Phase,
    encode,
)
from huiguan.exchange.trading.core import TradingCore

BAND = 2000
CONTRACTS_OF_A_CODE = 20
SESSIONS = 16


class Flow(NamedTuple):
    """An image, the commands that prepare the book, and the commands to measure (uint8 rows)."""

    image: DayImage
    prelude: np.ndarray
    commands: np.ndarray


def flow_image(instruments: int, codes: int, live: int, **settings: int | bool) -> DayImage:
    """Return an image with room for the flow: rich trading codes, 16 members, turnover fees."""
    chosen = {
        "order_capacity": max(1 << 17, 2 * live),
        "position_capacity": 1 << 21,
        "holding_capacity": 1 << 21,
        "session_capacity": SESSIONS + 1,
        **settings,
    }
    return small_image(
        instruments,
        codes,
        SESSIONS,
        max(instruments // 10, 1),
        settings=chosen,
        lower=0,
        upper=BAND,
        settlement=BAND // 2,
        deposit_fen=10**13,
        margin_fen=70_000,
        fee_rate_ppb=50_000,
        fee_fen=0,
        instrument_fields={"position_limit_lots": 10**8, "opening_limit_lots": 10**8},
    )


def _plan(live: int, count: int, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return for every command 0 passive entry, 1 aggressive entry, 2 cancel; and its victim."""
    total = live + count
    kinds = np.zeros(total, np.int64)
    draw = random.random(count)
    kinds[live:] = np.where(draw < 0.45, 2, np.where(draw < 0.45 + 0.55 / 8, 1, 0))
    victims = np.zeros(total, np.int64)
    picks = random.random(total)
    waiting: list[int] = []
    for index, kind in enumerate(kinds.tolist()):
        if kind == 0:
            waiting.append(index)
        elif kind == 2 and waiting:
            place = int(picks[index] * len(waiting))
            victims[index] = waiting[place]
            waiting[place] = waiting[-1]
            waiting.pop()
    return kinds, victims


def make_flow(instruments: int, codes: int, live: int, count: int, seed: int = 1) -> Flow:
    """Return a flow of 55 % entries, an eighth of them aggressive, and 45 % cancels.

    A trading code keeps to ``CONTRACTS_OF_A_CODE`` of the instruments.
    Cancels name the exchange's order ids; they are learnt from a first run of the same commands
    that names the owner's ids.
    """
    random = np.random.Generator(np.random.PCG64(seed))
    image = flow_image(instruments, codes, live)
    kinds, victims = _plan(live, count, random)
    total = len(kinds)
    rows = np.zeros(total * MESSAGE_BYTES, np.uint8)
    entry = rows.view(LAYOUTS[EnterOrder.KIND])
    code = random.integers(0, codes, total)
    chosen = random.integers(0, min(instruments, CONTRACTS_OF_A_CODE), total)
    session = code % SESSIONS + 1
    session[kinds == 2] = session[victims[kinds == 2]]
    entry["kind"] = np.where(kinds == 2, CancelOrder.KIND, EnterOrder.KIND)
    entry["version"], entry["session"] = VERSION, session
    for number in range(1, SESSIONS + 1):
        mine = session == number
        entry["client_sequence"][mine] = np.arange(1, mine.sum() + 1)
    entering = kinds != 2
    side = random.integers(0, 2, total)
    away = random.geometric(0.05, total).clip(1, BAND // 2 - 1)
    away = np.where(kinds == 1, -8, away)
    price = BAND // 2 + np.where(side == 0, -away, away)
    fields = {
        "client_order_id": np.arange(1, total + 1),
        "price_ticks": price,
        "lots": random.integers(1, 11, total),
        "instrument": (code + chosen) % instruments,
        "trading_code": code,
        "side": side,
    }
    for name, values in fields.items():
        entry[name][entering] = values[entering]
    cancels = rows.view(LAYOUTS[CancelOrder.KIND])
    cancels["client_order_id"][~entering] = victims[~entering] + 1
    prelude = [
        encode(LogOn(grace_ns=0, target=s, member=s - 1, epoch=1, cancel_on_disconnect=0))
        for s in range(1, SESSIONS + 1)
    ]
    prelude.append(encode(ChangePhase(group=0, phase=Phase.CONTINUOUS)))
    cut = live * MESSAGE_BYTES
    first = np.concatenate([*prelude, rows[:cut]])
    core = TradingCore(image)
    ids = np.zeros(total + 1, np.int64)
    for part in (first, rows[cut:]):
        events = core.run_frame(1, part).view(LAYOUTS[OrderEntered.KIND])
        entered = events[events["kind"] == OrderEntered.KIND]
        ids[entered["client_order_id"]] = entered["order_id"]
    cancels["order_id"][~entering] = ids[victims[~entering] + 1]
    return Flow(image, first, rows[cut:])
