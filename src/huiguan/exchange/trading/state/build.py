"""The arrays of a morning: sizes and first rows from the image, every page touched."""

import numpy as np

from huiguan.exchange.day.image import FEE_CLASSES, HEDGE_FLAGS, DayImage
from huiguan.exchange.day.keys import fee_row, margin_row
from huiguan.exchange.messages import ORDER_ROW_MASK, Phase
from huiguan.exchange.trading.state.registers import REGISTERS
from huiguan.exchange.trading.state.rows import (
    ACCOUNT,
    CONFIG,
    CORE,
    FEE,
    HOLDING,
    INSTRUMENT,
    LEVEL,
    MEMBER,
    NEVER,
    NO_ROW,
    ORDER,
    OUTCOME,
    PHASE_TIME,
    POSITION,
    RELIEF,
    SESSION,
    SIDE,
    TRANSFER,
    State,
)
from huiguan.foundation.faults import InputFault
from huiguan.foundation.memory import touched

CAPACITIES = (
    "position_capacity",
    "holding_capacity",
    "session_capacity",
    "outcome_window",
    "transfer_capacity",
)


def power_of_two(at_least: int) -> int:
    """Return the smallest power of two that is not below ``at_least``."""
    return 1 << max(at_least - 1, 1).bit_length()


def places_for(capacity: int) -> np.ndarray:
    """Return the index of a table searched by key, in lines of eight, a quarter of them free."""
    return touched((capacity + capacity // 3) // 8 * 8 + 8, "<i8")


def _instruments(image: DayImage) -> np.ndarray:
    rows = touched(len(image.instruments), INSTRUMENT)
    source = image.instruments
    same = ["tick_value_fen", "product", "minimum_lots", "maximum_lots", "maximum_market_lots"]
    for name in [*same, "lots_multiple", "right"]:
        rows[name] = source[name]
    rows["group"] = source["phase_group"]
    rows["lower_ticks"] = source["lower_limit_ticks"]
    rows["upper_ticks"] = source["upper_limit_ticks"]
    rows["settlement_ticks"] = source["previous_settlement_ticks"]
    rows["last_ticks"] = source["previous_settlement_ticks"]
    rows["long_relief"] = source["long_relief_group"]
    rows["short_relief"] = source["short_relief_group"]
    rows["position_limit"] = source["position_limit_lots"]
    rows["opening_limit"] = source["opening_limit_lots"]
    return rows


def _sides(instruments: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the book sides and their levels: two more than ticks, for close-outs at the limits."""
    width = (instruments["upper_ticks"].astype(np.int64) - instruments["lower_ticks"]) + 1
    if (width < 1).any() or int(width.sum()) * 2 > 2**30:
        raise InputFault("an instrument's price band is empty or the bands are too wide together")
    sides = touched(2 * len(instruments), SIDE)
    sides["size"] = np.repeat(width + 2, 2)
    sides["best"] = sides["size"]
    sides["first"][1:] = np.cumsum(sides["size"])[:-1]
    sides["origin_ticks"][0::2] = instruments["upper_ticks"]
    sides["origin_ticks"][1::2] = instruments["lower_ticks"]
    sides["step"][0::2] = -1
    sides["step"][1::2] = 1
    levels = touched(int(sides["size"].sum()), LEVEL)
    levels["head"] = levels["tail"] = NO_ROW
    return sides, levels


def _config(image: DayImage) -> np.ndarray:
    """Return the sizes and settings of the day, one row."""
    settings, instruments = image.settings, image.instruments
    config = touched(1, CONFIG)
    config["instruments"], config["trading_codes"] = len(instruments), len(image.trading_codes)
    config["members"] = len(image.members)
    config["groups"] = max(int(instruments["phase_group"].max()) + 1, 1)
    config["products"] = int(instruments["product"].max()) + 1
    relief_groups = [instruments[f"{side}_relief_group"].max() for side in ("long", "short")]
    config["relief_groups"] = int(max(relief_groups)) + 1
    for name in ("outcome_window", "price_rule", "auction_tie", "offset_flags", "funds"):
        config[name] = getattr(settings, name)
    config["self_trade_choice"] = settings.self_trade_choice is True
    return config


def _margins(image: DayImage) -> np.ndarray:
    """Return the margins by instrument, side and hedge flag."""
    margins = touched(len(image.instruments) * 2 * HEDGE_FLAGS, "<i8")
    rows = image.margins
    where = margin_row(rows["instrument"].astype(np.int64), rows["side"], rows["hedge"])
    margins[where] = rows["margin_fen"]
    return margins


def _fees(image: DayImage) -> np.ndarray:
    """Return the fees by instrument, hedge flag and class."""
    fees = touched(len(image.instruments) * HEDGE_FLAGS * FEE_CLASSES, FEE)
    rows = image.fees
    where = fee_row(rows["instrument"].astype(np.int64), rows["hedge"], rows["fee_class"])
    for name in ("rate_ppb", "per_lot_fen"):
        fees[name][where] = rows[name]
    return fees


def new_state(image: DayImage) -> State:
    """Return the state of the morning, every page touched.

    Raises ``InputFault`` for capacities that cannot hold the image. Positions, holdings and margins
    of the image are entered by ``opening.open_day``, the only caller.
    """
    settings = image.settings
    if not 0 < settings.order_capacity <= ORDER_ROW_MASK:
        raise InputFault(f"order_capacity must be 1 to {ORDER_ROW_MASK}")
    for name in CAPACITIES:
        if not 0 < getattr(settings, name) < 2**31:
            raise InputFault(f"{name} must be 1 to {2**31 - 1}, not {getattr(settings, name)}")
    instruments, config = _instruments(image), _config(image)
    codes = len(image.trading_codes)
    core, registers = touched(1, CORE), touched(1, REGISTERS)
    core["free_order"] = registers["marking"] = NO_ROW
    core["next_disconnect_ns"] = NEVER
    schedule = touched(len(image.phases), PHASE_TIME)
    for name in ("time_ns", "group", "phase"):
        schedule[name] = image.phases[name]
    sides, levels = _sides(instruments)
    accounts = touched(codes, ACCOUNT)
    for name in ("deposit_fen", "member", "holder", "right"):
        accounts[name] = image.trading_codes[name]
    members = touched(len(image.members), MEMBER)
    members["deposit_fen"], members["mode"] = image.members["deposit_fen"], image.members["mode"]
    sessions = touched(settings.session_capacity, SESSION)
    sessions["disconnect_ns"] = NEVER
    return State(
        config=config,
        core=core,
        registers=registers,
        schedule=schedule,
        group_phase=np.full(config["groups"][0], int(Phase.BEFORE_TRADING), "<i8"),
        instruments=instruments,
        sides=sides,
        levels=levels,
        orders=touched(settings.order_capacity, ORDER),
        own_names=touched(power_of_two(4 * settings.order_capacity), "<i8"),
        margins=_margins(image),
        fees=_fees(image),
        accounts=accounts,
        reliefs=touched(codes * int(config["relief_groups"][0]), RELIEF),
        members=members,
        positions=touched(settings.position_capacity, POSITION),
        position_places=places_for(settings.position_capacity),
        holdings=touched(settings.holding_capacity, HOLDING),
        holding_places=places_for(settings.holding_capacity),
        sessions=sessions,
        outcomes=touched(settings.session_capacity * settings.outcome_window, OUTCOME),
        transfers=touched(settings.transfer_capacity, TRANSFER),
        transfer_places=places_for(settings.transfer_capacity),
    )
