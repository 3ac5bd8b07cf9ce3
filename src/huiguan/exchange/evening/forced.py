"""Forced liquidation after the evening: which pools, what is closed, and the orders that close it.

A pool whose clearing deposit is still below zero at the deadline is liquidated in the next session
until the margin rule asks for so much less (5.9).
"""

from collections.abc import Iterable
from fractions import Fraction

import numpy as np

from huiguan.exchange.clearing.liquidation import Exposure, ForceClose, liquidation_list
from huiguan.exchange.day.image import DayImage
from huiguan.exchange.day.instructions.every import index_of
from huiguan.exchange.day.result import DayResult
from huiguan.exchange.evening.day_money import pool_of_code
from huiguan.exchange.evening.statements import terms_of
from huiguan.exchange.messages import EnterOrder, Hedge, Offset, PriceType, Side, TimeInForce
from huiguan.foundation.arithmetic import PPB
from huiguan.foundation.columns import sums


def forced_closes(image: DayImage, result: DayResult, tomorrow: DayImage) -> list[ForceClose]:
    """Return what is liquidated in the next session: pools still below zero at the deadline (5.9).

    The largest shortage comes first; of each pool general before hedging, contracts by open
    interest, trading codes by net loss.
    """
    pools = {
        (image.names.members[row["member"]], int(row["house"])): index
        for index, row in enumerate(image.pools)
    }
    balances = {
        (tomorrow.names.members[row["member"]], int(row["house"])): (
            int(row["cash_fen"]) - int(row["margin_fen"]) + int(row["usable_fen"])
        )
        for row in tomorrow.pools
    }
    short = sorted((b, pools[key]) for key, b in balances.items() if b < 0)
    open_interest = {
        name: int(lots)
        for name, lots in zip(
            image.names.instruments, result.contracts["open_interest_lots"], strict=True
        )
    }
    where = pool_of_code(image)
    orders: list[ForceClose] = []
    for balance, pool in short:
        rows = exposures(
            image, result, result.positions[where[result.positions["trading_code"]] == pool]
        )
        orders += liquidation_list(rows, open_interest, -balance)
    return orders


def exposures(image: DayImage, result: DayResult, positions: np.ndarray) -> list[Exposure]:
    """Return positions with the margin of a lot and the code's net loss in the contract.

    Shorts that standard warrants back are charged nothing, so they are not among them.
    """
    losses = floating_profit(image, result)
    terms = [terms_of(image, result, index) for index in range(len(image.instruments))]
    backed = {(row[0], row[1], row[3]): row[2] for row in result.freed_shorts.tolist()}
    rows = []
    for row in positions:
        code, index, flag = int(row["trading_code"]), int(row["instrument"]), Hedge(row["hedge"])
        rate = terms[index].hedge_ppb if flag == Hedge.HEDGE else terms[index].general_ppb
        value = terms[index].settlement_units * terms[index].unit_value_fen
        shorts = int(row["short_lots"]) - backed.get((code, index, int(flag)), 0)
        rows += [
            Exposure(
                trading_code=image.names.trading_codes[code],
                instrument=terms[index].name,
                side=side,  # type: ignore[arg-type]
                lots=lots,
                margin_per_lot_fen=Fraction(value * rate, PPB),
                net_loss_fen=-losses.get((code, index), 0),
                hedging=flag == Hedge.HEDGE,
                house=bool(image.trading_codes["house"][code]),
                product=image.names.products[int(image.instruments["product"][index])],
                relief=bool(result.contracts["relief"][index]),
                flag=flag,
            )
            for side, lots in (("long", int(row["long_lots"])), ("short", shorts))
            if lots
        ]
    return rows


def floating_profit(image: DayImage, result: DayResult) -> dict[tuple[int, int], int]:
    """Return profit by opening price in fen of every trading code and contract held."""
    lots, count = result.lots, len(image.instruments)
    value = np.array(
        [terms_of(image, result, index).unit_value_fen for index in range(count)], np.int64
    )
    move = result.contracts["settlement_units"][lots["instrument"]] - lots["open_price_units"]
    sign = np.where(lots["side"] == Side.BUY, 1, -1)
    fen = move * sign * lots["lots"] * value[lots["instrument"]]
    keys, where = np.unique(
        lots["trading_code"].astype(np.int64) * count + lots["instrument"], return_inverse=True
    )
    totals = sums(where, fen, len(keys))
    return {divmod(int(k), count): int(v) for k, v in zip(keys, totals, strict=True)}


def force_close_commands(tomorrow: DayImage, rows: Iterable[ForceClose]) -> list[EnterOrder]:
    """Return the orders of a forced liquidation: at the limit that trades at any market price.

    An order is at most the contract's largest; lots of earlier days are closed.
    """
    commands: list[EnterOrder] = []
    for row in rows:
        if row.instrument not in tomorrow.names.instruments:
            continue  # expired: what is left is delivered
        index = tomorrow.names.instruments.index(row.instrument)
        code = index_of(tomorrow.names.trading_codes, row.trading_code, "trading code")
        terms = tomorrow.instruments[index]
        selling = row.side == "long"
        largest = int(terms["maximum_lots"]) or row.lots
        commands += [
            EnterOrder(
                client_order_id=0,
                price_ticks=int(terms["lower_limit_ticks" if selling else "upper_limit_ticks"]),
                lots=min(largest, row.lots - start),
                minimum_lots=0,
                instrument=index,
                trading_code=code,
                side=Side.SELL if selling else Side.BUY,
                offset=Offset.FORCE_CLOSE,
                hedge=row.flag,
                time_in_force=TimeInForce.DAY,
                price_type=PriceType.LIMIT,
            )
            for start in range(0, row.lots, largest)
        ]
    return commands
