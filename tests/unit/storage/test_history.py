"""Events of a day as Parquet: every kind, every field, in order."""

from pathlib import Path

import numpy as np
import polars as pl

from huiguan.exchange.messages import CommandDone, PhaseChanged, encode
from huiguan.storage.market.history import write_events


def test_one_file_a_kind(tmp_path: Path) -> None:
    rows = [
        encode(CommandDone(command=132, count=3)),  # type: ignore[arg-type]  an event encodes alike
        encode(PhaseChanged(due_ns=7, group=1, phase=2)),  # type: ignore[arg-type]
        encode(CommandDone(command=132, count=4)),  # type: ignore[arg-type]
    ]
    paths = write_events(tmp_path, np.concatenate(rows))
    assert [path.name for path in paths] == ["command_done.parquet", "phase_changed.parquet"]
    done = pl.read_parquet(paths[0])
    assert done.columns == ["session", "client_sequence", "sequence", "count", "command"]
    assert done["count"].to_list() == [3, 4]
    assert pl.read_parquet(paths[1]).row(0)[3:] == (7, 1, 2)
