"""Check a round folder on disk: manifests, canonical form, then every row (``housing.check``)."""

from pathlib import Path

import numpy as np
import polars as pl

from huiguan.foundation.faults import CheckFault, Fault
from huiguan.housing.allocation.reserves import REST
from huiguan.housing.check.rerun import ANSWERS, Rerun, check_reruns
from huiguan.housing.check.rows import Finding
from huiguan.housing.check.whole import NO_SLOT, REST_SLOT, UNKNOWN, CheckedOutcome, examine_round
from huiguan.housing.round import draw as drawing
from huiguan.housing.round.frozen import FrozenRound, RoundHead, group_names
from huiguan.rounds.folder import (
    OUTCOME,
    DrawRecord,
    check_manifest,
    commitment_of,
    read_frozen,
)
from huiguan.rounds.rerun import step_files
from huiguan.rounds.stages import require_result, rerun_folders
from huiguan.storage.homes.round_tables import (
    HASH_BYTES,
    NUMBER_BYTES,
    codes,
    fixed_bytes,
    read_table,
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
    """Return int32 of numbers where "" means none (-1), UNKNOWN for another spelling."""
    spelt = values.str.contains(r"^(0|[1-9][0-9]*)?$")
    numbers = values.replace("", "-1").cast(pl.Int32, strict=False)
    return numbers.set(~spelt, UNKNOWN).fill_null(UNKNOWN).to_numpy()


def read_outcome(folder: Path, frozen: FrozenRound) -> CheckedOutcome:
    """Return the published outcome of a folder as columns, believing nothing."""
    tables = read_tables(folder, ("tickets.csv", "results.csv", "cutoffs.csv"))
    tickets = tables["tickets.csv"]
    return CheckedOutcome(
        ticket_number=fixed_bytes(tickets["number"], NUMBER_BYTES),
        ticket_place=tickets["place"].to_numpy(),
        ticket_rank=tickets["rank"].to_numpy(),
        ticket_k=tickets["k"].to_numpy(),
        ticket=fixed_bytes(tickets["ticket"], HASH_BYTES),
        **result_columns(frozen, tables["results.csv"], tables["cutoffs.csv"]),
    )


def read_results(step: Path, frozen: FrozenRound, outcome: CheckedOutcome) -> CheckedOutcome:
    """Return ``outcome`` with the results and cut-offs of a re-run."""
    results, cuts = read_tables(step, ("results.csv", "cutoffs.csv")).values()
    return outcome._replace(**result_columns(frozen, results, cuts))


def result_columns(
    frozen: FrozenRound, results: pl.DataFrame, cuts: pl.DataFrame
) -> dict[str, np.ndarray]:
    """Return the columns of an ``CheckedOutcome`` that a match fills."""
    programmes = [p.programme for p in frozen.programmes]
    slots = [f"{programmes[row]},{name}" for row, name in group_names(frozen)]

    def slot_rows(table: pl.DataFrame) -> np.ndarray:
        names = table.select(pl.concat_str("programme", "slot", separator=","))["programme"]
        rows = np.where((table["slot"] == REST).to_numpy(), REST_SLOT, rows_of(names, slots))
        return np.where((table["slot"] == "").to_numpy(), NO_SLOT, rows).astype(np.int32)

    return {
        "result_number": fixed_bytes(results["number"], NUMBER_BYTES),
        "result_programme": rows_of(results["programme"], programmes),
        "result_slot": slot_rows(results),
        "result_tier": optional(results["tier"]),
        "cut_programme": rows_of(cuts["programme"], programmes),
        "cut_slot": slot_rows(cuts),
        "cut_seats": cuts["seats"].to_numpy(),
        "cut_filled": cuts["filled"].to_numpy(),
        "cut_tier": optional(cuts["tier"]),
        "cut_place": optional(cuts["place"]),
    }


def read_rerun(folder: Path, step: Path, frozen: FrozenRound, outcome: CheckedOutcome) -> Rerun:
    """Return one step of re-runs; its ``RESULT`` must list its files and the step before."""
    name = f"reruns/{step.name}"
    listed = check_manifest(folder, f"{name}/RESULT", sealed_may_miss=False)
    if sorted(listed) != sorted(step_files(int(step.name))):
        raise CheckFault(f"{name}/RESULT does not list the files of the step and the one before it")
    try:
        answers = read_table(step, "answers.csv")
        kinds = codes(answers["answer"], ANSWERS, "answers.csv: answer")
        again = read_results(step, frozen, outcome)
    except Fault as fault:
        raise CheckFault(f"{name}/{fault}") from None
    return Rerun(name, fixed_bytes(answers["number"], NUMBER_BYTES), kinds, again)


def last_rerun(folder: Path, number: str) -> tuple[int, str, str]:
    """Return the last step of re-runs, 0 for none, and home and slot of a number after it."""
    steps = rerun_folders(folder)
    if not steps:
        return 0, "", ""
    check_manifest(folder, f"reruns/{len(steps)}/RESULT", sealed_may_miss=False)
    rows = read_table(steps[-1], "results.csv").filter(pl.col("number") == number)
    if rows.is_empty():
        raise CheckFault(f"reruns/{len(steps)}/results.csv lacks {number}; check the round first")
    return len(steps), rows["programme"][0], rows["slot"][0]


def check_record(head: RoundHead, commitment: str, record: DrawRecord) -> None:
    """Refuse a public value that does not follow from what was fixed before it existed."""
    if record.commitment != commitment:
        raise CheckFault("draw.toml: its commitment is not the hash of MANIFEST")
    if head.randomness == "drand":
        value = drawing.beacon_value(record.signature)
        if record.beacon_round != head.beacon_round:
            raise CheckFault("draw.toml: this is not the beacon round named in advance")
    else:
        pledges = sorted((pledge.name, pledge.commitment) for pledge in head.party)
        if pledges != sorted((party.name, party.commitment) for party in record.party):
            raise CheckFault("draw.toml: the parties are not those of round.toml")
        value = drawing.combine_secrets(record.party, record.dice)
    if value != record.value:
        raise CheckFault("draw.toml: the public value does not follow from its evidence")


def check_folder(folder: Path) -> list[Finding]:
    """Return every finding of an allocated folder with its sealed files, and of its re-runs."""
    require_result(folder)
    try:
        frozen = read_frozen(folder)
        listed = check_manifest(folder, "RESULT", sealed_may_miss=False)
        if listed != sorted(("MANIFEST", *OUTCOME)):
            raise CheckFault("RESULT does not list the files of a draw and its result")
        record = read_toml(folder, "draw.toml", DrawRecord)
        check_record(frozen.head, commitment_of(folder), record)
        outcome = read_outcome(folder, frozen)
        examined = examine_round(frozen, commitment_of(folder), record.value, outcome)
        if isinstance(examined, list):
            return examined
        if examined.findings:
            return examined.findings
        steps = rerun_folders(folder)
        reruns = [read_rerun(folder, step, frozen, outcome) for step in steps]
    except Fault as fault:
        return [Finding("folder", str(folder), "", str(fault))]
    return check_reruns(frozen, examined, reruns)
