"""Draw: the public value has come, and everybody has a rank."""

from collections.abc import Mapping
from pathlib import Path

from huiguan.housing.round.outcome import draw_tickets_of
from huiguan.housing.round.records import DrawRecord
from huiguan.housing.round.stages import require_undrawn
from huiguan.housing.round.value import take_value
from huiguan.storage.homes.round_columns import tickets_bytes
from huiguan.storage.homes.round_folder import read_drawing
from huiguan.storage.homes.round_step import hold_round, write_step
from huiguan.storage.homes.round_toml import toml_bytes


def draw_round(folder: Path, signature: str, secrets: Mapping[str, str], dice: str) -> DrawRecord:
    """Write ``tickets.csv`` and ``draw.toml`` of a frozen folder; return what the draw was."""
    with hold_round(folder, "round draw", require_undrawn) as aside:
        given = read_drawing(folder)
        record = take_value(given.head, given.commitment, signature, secrets, dice)
        tickets = draw_tickets_of(
            given.head, given.commitment, record.value, given.numbers, given.weights, given.since
        )
        files = {"tickets.csv": tickets_bytes(tickets), "draw.toml": toml_bytes(record)}
        write_step(folder, aside, files)
    return record
