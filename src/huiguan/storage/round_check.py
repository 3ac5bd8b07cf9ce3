"""Check a round folder on disk: manifests, canonical form, then every row (``housing.check``)."""

from pathlib import Path

import numpy as np
import polars as pl

from huiguan.foundation.faults import Fault
from huiguan.housing.allocation.reserves import REST
from huiguan.housing.check import REST_SLOT, UNKNOWN, Outcome, check_round
from huiguan.housing.check_rows import Finding
from huiguan.housing.round import FrozenRound, group_names
from huiguan.storage.round_folder import (
    DrawRecord,
    check_manifest,
    commitment_of,
    read_frozen,
)
from huiguan.storage.round_tables import (
    HASH_BYTES,
    NUMBER_BYTES,
    fixed_bytes,
    read_tables,
    read_toml,
)


def rows_of(values: pl.Series, names: list[str]) -> np.ndarray:
    """Return int32 rows of ``values`` in ``names``: NO_HOME for "", UNKNOWN for a stranger."""
    index = pl.DataFrame(
        {"name": ["", *names], "row": np.arange(-1, len(names), dtype=np.int32)},
        schema={"name": pl.String, "row": pl.Int32},
    )
    joined = values.to_frame("name").join(index, on="name", how="left", maintain_order="left")
    return joined["row"].fill_null(UNKNOWN).to_numpy()


def optional(values: pl.Series) -> np.ndarray:
    """Return int32 of a column of numbers where "" means none (-1)."""
    numbers = values.replace("", "-1").cast(pl.Int32, strict=False)
    return numbers.fill_null(UNKNOWN).to_numpy()


def read_outcome(folder: Path, frozen: FrozenRound) -> Outcome:
    """Return the published outcome of a folder as columns, believing nothing."""
    programmes = [p.programme for p in frozen.programmes]
    slots = [f"{programmes[row]},{name}" for row, name in group_names(frozen)]
    tables = read_tables(folder, ("tickets.csv", "results.csv", "cutoffs.csv"))
    tickets, results, cuts = tables.values()

    def slot_rows(table: pl.DataFrame) -> np.ndarray:
        names = table.select(pl.concat_str("programme", "slot", separator=","))["programme"]
        names = names.set(table["slot"] == "", "")
        rest = (table["slot"] == REST).to_numpy() | (table["slot"] == "").to_numpy()
        return np.where(rest, REST_SLOT, rows_of(names, slots)).astype(np.int32)

    return Outcome(
        ticket_number=fixed_bytes(tickets["number"], NUMBER_BYTES),
        ticket_place=tickets["place"].to_numpy(),
        ticket_rank=tickets["rank"].to_numpy(),
        ticket_k=tickets["k"].to_numpy(),
        ticket=fixed_bytes(tickets["ticket"], HASH_BYTES),
        result_number=fixed_bytes(results["number"], NUMBER_BYTES),
        result_programme=rows_of(results["programme"], programmes),
        result_slot=slot_rows(results),
        result_tier=optional(results["tier"]),
        cut_programme=rows_of(cuts["programme"], programmes),
        cut_slot=slot_rows(cuts),
        cut_seats=cuts["seats"].to_numpy(),
        cut_filled=cuts["filled"].to_numpy(),
        cut_tier=optional(cuts["tier"]),
        cut_place=optional(cuts["place"]),
    )


def check_folder(folder: Path) -> list[Finding]:
    """Return every finding of a drawn and allocated folder with its sealed files."""
    try:
        frozen = read_frozen(folder)
        check_manifest(folder, "RESULT", sealed_may_miss=False)
        record = read_toml(folder, "draw.toml", DrawRecord)
        outcome = read_outcome(folder, frozen)
    except Fault as fault:
        return [Finding("folder", str(folder), "", str(fault))]
    return check_round(frozen, commitment_of(folder), record.value, outcome)
