"""What the arrays of the core say, as plain values that a twin can be compared with."""

from typing import Any

from huiguan.exchange.trading.state.rows import NO_ROW, State
from tests.models.plain_exchange import PlainExchange, known

STATES = ("off", "on", "lost")

Plain = dict[str, Any]


def queue_of_core(state: State, instrument: int, side: int) -> list[tuple[int, ...]]:
    """Return the waiting orders of one side, the next to trade first, by walking the levels."""
    row = state.sides[instrument * 2 + side]
    first, size = int(row["first"]), int(row["size"])
    heads = state.levels["head"][first : first + size]
    names = ["order_id", "client_order_id", "session", "trading_code", "price_ticks", "lots"]
    names += ["closing_lots", "offset", "hedge", "behind"]
    queue = []
    for head in heads[heads != NO_ROW].tolist():
        place = head
        while place != NO_ROW:
            *values, place = state.orders[names][place].item()
            queue.append((values[0] >> 24, *values[1:]))
    return queue


def read_core(state: State) -> Plain:
    """Return everything a day has come to, by plain keys; what is all zero is left out."""
    count = len(state.instruments)
    positions = {}
    for key, *values, _ in state.positions[state.positions["key"] != 0].tolist():
        code, rest = divmod(key - 1, count * 4)
        if any(values):
            positions[code, *divmod(rest, 4)] = tuple(values)
    holdings = {}
    for key, *values in state.holdings[state.holdings["key"] != 0].tolist():
        if any(values[:5]):
            holdings[divmod(key - 1, count)] = tuple(values[:5])
    core = state.core[0]
    money = ["deposit_fen", "realised_fen", "floating_loss_fen", "margin_fen", "frozen_fee_fen"]
    speakers = ["client_sequence", "member", "epoch", "state", "cancel_on_disconnect"]
    speakers += ["self_trade", "closing"]
    transfers = state.transfers[state.transfers["stage"] != 0]
    names = ["transfer_id", "amount_fen", "target", "scope", "stage"]
    return {
        "queues": {
            (instrument, side): queue
            for instrument in range(count)
            for side in (0, 1)
            if (queue := queue_of_core(state, instrument, side))
        },
        "positions": positions,
        "holdings": holdings,
        "accounts": state.accounts[[*money, "fees_fen", "right", "killed"]].tolist(),
        "members": state.members[["deposit_fen", "used_fen", "killed", "warned"]].tolist(),
        "instruments": [
            (known(last), *rest)
            for last, *rest in state.instruments[
                ["last_ticks", "traded", "halted", "right"]
            ].tolist()
        ],
        "phases": state.group_phase.tolist(),
        "sessions": [
            (*row[:3], STATES[row[3]], *row[4:])
            for row in state.sessions[[*speakers, "grace_ns", "disconnect_ns"]].tolist()
        ],
        "transfers": sorted(transfers[names].tolist()),
        "counters": (int(core["sequence"]), int(core["time_ns"]), int(core["trades"])),
    }


def read_twin(twin: PlainExchange) -> Plain:
    """Return the same of the plain exchange."""
    live = twin.live()
    positions: dict[tuple[int, int, int], list[int]] = {}
    for key, held in twin.positions.held.items():
        values = positions.setdefault(key[:3], [0] * 10)
        values[key.side] = held.today_cost
        values[2 + key.side], values[4 + key.side] = held.history, held.today
    for order in live:
        today = twin.positions.takes_today(order.offset)
        values = positions.setdefault((order.code, order.instrument, order.hedge), [0] * 10)
        values[(8 if today else 6) + 1 - order.side] += order.closing
        values[(6 if today else 8) + 1 - order.side] += order.other
    holdings = {}
    holders = {account.holder for account in twin.accounts}
    for holder in holders:
        codes = {code for code, row in enumerate(twin.accounts) if row.holder == holder}
        for number in range(len(twin.instruments)):
            sides = [twin.positions.lots_of_holder(codes, number, s, live) for s in (0, 1)]
            (long, long_hedge), (short, short_hedge) = sides
            opened = twin.positions.opened[holder, number]
            values = [long, short, long_hedge, short_hedge, opened]
            if any(values):
                holdings[holder, number] = tuple(values)
    return {
        "queues": {
            (number, side): [
                (
                    o.sequence,
                    o.own,
                    o.session,
                    o.code,
                    o.price,
                    o.lots,
                    o.closing,
                    o.offset,
                    o.hedge,
                )
                for o in queue
            ]
            for number, row in enumerate(twin.instruments)
            for side in (0, 1)
            if (queue := row.book.queue(side))
        },
        "positions": {key: tuple(values) for key, values in positions.items() if any(values)},
        "holdings": holdings,
        "accounts": [
            (
                row.deposit,
                row.realised,
                row.floating_loss,
                twin.tariff.margin_of(code, twin.positions, live),
                twin.tariff.frozen_fees(code, live),
                row.fees,
                row.right,
                int(row.killed),
            )
            for code, row in enumerate(twin.accounts)
        ],
        "members": [
            (row.deposit, twin.used_by_member(number), int(row.killed), int(row.warned))
            for number, row in enumerate(twin.members)
        ],
        "instruments": [
            (row.last, int(row.traded), int(row.halted), row.right) for row in twin.instruments
        ],
        "phases": twin.phases,
        "sessions": [
            (
                row.counted,
                row.member,
                row.epoch,
                row.state,
                int(row.cancel_on_disconnect),
                row.self_trade,
                row.closing,
                row.grace,
                row.disconnect,
            )
            for row in twin.sessions
        ],
        "transfers": sorted(
            (row.transfer_id, row.amount, row.target, row.scope, row.stage)
            for row in twin.transfers.values()
        ),
        "counters": (twin.sequence, twin.time, twin.trades),
    }


def differences(core: Plain, twin: Plain) -> list[str]:
    """Return what differs, one line a noun; empty when core and twin agree."""
    return [
        f"{name}: core {core[name]} twin {twin[name]}" for name in core if core[name] != twin[name]
    ]
