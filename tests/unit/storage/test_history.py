"""Events of a day as Parquet: every kind, every field, in order, with time, names and words."""

from pathlib import Path

import numpy as np
import polars as pl

from huiguan.exchange.messages import (
    CommandDone,
    CommandRefused,
    OrderEntered,
    Phase,
    PhaseChanged,
    Scope,
    TradeExecuted,
    TransferBooked,
    encode,
)
from huiguan.exchange.reports.command_words import PHASES, target_words
from huiguan.storage.market.history import write_events
from tests.markets import market_image

MOMENT = 1_787_230_800_500_000_000  # 2026-08-20 13:00:00.5 UTC is 21:00:00.5 in Shanghai


def table(folder: Path, *events: object) -> pl.DataFrame:
    """Return the Parquet file of events of one kind, read back."""
    rows = np.concatenate([encode(event) for event in events])  # type: ignore[arg-type]
    (path,) = write_events(folder, market_image(), rows, np.full(len(events), MOMENT))
    return pl.read_parquet(path)


def test_one_file_a_kind(tmp_path: Path) -> None:
    rows = [
        encode(CommandDone(command=132, count=3)),  # type: ignore[arg-type]  an event encodes alike
        encode(PhaseChanged(due_ns=7, group=0, phase=2)),  # type: ignore[arg-type]
        encode(CommandDone(command=132, count=4)),  # type: ignore[arg-type]
    ]
    times = np.array([MOMENT, MOMENT, MOMENT + 1_000_000])
    paths = write_events(tmp_path, market_image(), np.concatenate(rows), times)
    assert [path.name for path in paths] == ["command_done.parquet", "phase_changed.parquet"]
    done = pl.read_parquet(paths[0])
    header = ["time", "time_ns", "session", "client_sequence", "sequence"]
    assert done.columns == [*header, "count", "command", "command_words"]
    assert done["count"].to_list() == [3, 4]
    assert done["time"].to_list() == ["2026-08-20 21:00:00.500", "2026-08-20 21:00:00.501"]
    assert done["time_ns"].to_list() == times[[0, 2]].tolist()
    assert done["command_words"].to_list() == ["pass time"] * 2
    (phase,) = pl.read_parquet(paths[1]).to_dicts()
    assert (phase["due_ns"], phase["phase"]) == (7, 2)
    assert phase["phase_words"] == PHASES[Phase(2)][0]
    assert phase["group_name"] == market_image().names.phase_groups[0]


def test_names_words_and_prices_stand_beside_the_numbers(tmp_path: Path) -> None:
    """cu2610 counts in ticks of 10 yuan; a row the image does not have stays a number."""
    names = market_image().names
    contract = names.instruments.index("cu2610")
    party = {"buy_code": 0, "sell_code": 1, "buy_offset": 0, "sell_offset": 3}
    hedges = {"buy_hedge": 0, "sell_hedge": 2}
    trade = TradeExecuted(
        buy_order_id=1,
        sell_order_id=2,
        price_ticks=10_686,
        lots=3,
        instrument=contract,
        **party,
        **hedges,
    )
    (row,) = table(tmp_path / "trades", trade).to_dicts()
    assert (row["contract"], row["price"], row["price_ticks"]) == ("cu2610", "106860", 10_686)
    assert (row["buyer"], row["seller"]) == tuple(names.trading_codes[:2])
    assert (row["buy_offset_words"], row["sell_offset_words"]) == ("open", "close today")
    assert row["sell_hedge_words"] == "hedge"
    order = OrderEntered(
        order_id=1, client_order_id=0, price_ticks=5, lots=1, instrument=999, trading_code=0,
        side=1, offset=0, hedge=0, time_in_force=1,
    )  # fmt: skip
    (row,) = table(tmp_path / "orders", order).to_dicts()
    assert (row["contract"], row["price"], row["side_words"]) == ("999", "5", "sell")
    assert row["time_in_force_words"] == "fill and kill"
    refused = CommandRefused(client_order_id=0, first_figure=2, second_figure=1, refusal=3001)
    (row,) = table(tmp_path / "refused", refused).to_dicts()
    assert row["refusal_words"] == "above the upper limit"
    booked = TransferBooked(transfer_id=1, amount_fen=100, target=1, scope=2, stage=1)
    (row,) = table(tmp_path / "booked", booked).to_dicts()
    assert row["target_name"] == target_words(market_image(), {"target": 1, "scope": 2})
    assert row["scope_words"] == Scope(2).name.lower().replace("_", " ")
