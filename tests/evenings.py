"""An evening of two members with clients, cleared, and the morning that instructions make of it."""

from functools import lru_cache

import numpy as np
from msgspec.structs import replace

from huiguan.exchange.day.image import DayImage
from huiguan.exchange.day.instructions.base import Instruction, Stage
from huiguan.exchange.day.instructions.every import AnyInstruction, of_stage
from huiguan.exchange.day.result import DayResult
from huiguan.exchange.evening.day_end import close_day
from huiguan.exchange.evening.next_day import NextMorning, next_morning
from huiguan.exchange.evening.rules_of_day import rules_of_day
from huiguan.exchange.messages import Hedge, Side
from tests.markets import DAY, Market, books, market_image

PRICES = {"ag2610": 16_110, "cu2610": 106_860, "cu2611": 106_650}
OWN, OTHER_OWN = "000110000001", "000210000002"
LONG, SHORT = "000110000003", "000210000004"  # 10 lots of cu2610 against each other
SHORT_HOLDER = "client 10000004"  # hedging, with a quota of 20 lots
DEPOSIT_FEN = 10**9  # ten million yuan each
Given = dict[str, object]


def people_image() -> DayImage:
    """Two futures firms, 0001 and 0002, each with its own code and one client."""
    image = market_image(codes=4, prices=PRICES, deposit_fen=DEPOSIT_FEN)
    cu = image.names.instruments.index("cu2610")
    lots = np.zeros(2, image.lots.dtype)
    lots["trading_code"], lots["instrument"], lots["lots"] = [2, 3], cu, 10
    lots["side"], lots["open_day"], lots["trade"] = [Side.BUY, Side.SELL], 20260820, 1
    lots["open_price_units"], lots["hedge"] = PRICES["cu2610"], [Hedge.SPECULATION, Hedge.HEDGE]
    positions = np.zeros(2, image.positions.dtype)
    positions["trading_code"], positions["instrument"] = [2, 3], cu
    positions["long_lots"], positions["short_lots"] = [10, 0], [0, 10]
    positions["hedge"] = lots["hedge"]
    limits = np.zeros(1, image.holder_limits.dtype)
    own = image.instruments[cu]
    limits[0] = (3, cu, own["position_limit_lots"], own["opening_limit_lots"], 20, 20, 0)
    names = replace(
        image.names,
        members=["0001", "0002"],
        trading_codes=[OWN, OTHER_OWN, LONG, SHORT],
        holders=[f"client {code[-8:]}" for code in (OWN, OTHER_OWN, LONG, SHORT)],
    )
    return image._replace(lots=lots, positions=positions, holder_limits=limits, names=names)


def cleared(image: DayImage, *orders: AnyInstruction) -> DayResult:
    """Return the result of a day without trades; instructions of the close are followed."""
    rules = rules_of_day(books(), image.names.instruments, DAY)
    events = Market(image, None).events()  # type: ignore[arg-type]
    return close_day(image, events, rules, of_stage(orders, Stage.CLOSE))


@lru_cache(1)
def evening() -> tuple[DayImage, DayResult]:
    """Return the image and its result without instructions."""
    image = people_image()
    return image, cleared(image)


def opened(*orders: AnyInstruction) -> NextMorning:
    """Return the next morning under instructions."""
    image, result = evening()
    if of_stage(orders, Stage.CLOSE):
        result = cleared(image, *orders)
    return next_morning(image, result, books(), orders)


def given(kind: type[Instruction], reference: str = "R1", **fields: object) -> AnyInstruction:
    """Return an instruction of two persons."""
    made: AnyInstruction = kind(maker="A", checker="B", reference=reference, **fields)  # type: ignore[assignment]
    return made


def shown(morning: NextMorning) -> list[tuple[str, str, str, str]]:
    """Return what instructions changed: subject, what, before, after."""
    return [tuple(row[2:]) for row in morning.effects]  # type: ignore[misc]
