"""The tables of a round as the columns that decisions are made on, and back."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import polars as pl

from huiguan.foundation.faults import InputFault
from huiguan.housing.allocation.reserves import REST
from huiguan.housing.check.whole import NO_SLOT, REST_SLOT, UNKNOWN, CheckedOutcome
from huiguan.housing.round.answers import ANSWERS, Answers
from huiguan.housing.round.frozen import STATES, FrozenRound, Programme, RoundHead, group_names
from huiguan.housing.round.outcome import Cutoffs, Results, Tickets
from huiguan.housing.round.records import Policies
from huiguan.storage.homes.round_tables import (
    HASH_BYTES,
    NUMBER_BYTES,
    codes,
    fixed_bytes,
    table_bytes,
)


def frozen_columns(
    head: RoundHead, policies: Policies, tables: dict[str, pl.DataFrame]
) -> FrozenRound:
    """Return the frozen round of parsed tables; names that point nowhere are refused."""
    names = [policy.name for policy in policies.policy]
    if len(set(names)) != len(names):
        raise InputFault("rules/policies.toml: two policies have one name; the last would win")
    programmes = [Programme(**row) for row in tables["programmes.csv"].iter_rows(named=True)]
    applications = tables["applications.csv"]
    numbers = fixed_bytes(applications["number"], NUMBER_BYTES)
    list_start, listed = lists_of(numbers, tables["choices.csv"], [p.programme for p in programmes])
    facts = tables["facts.csv"]
    return FrozenRound(
        head=head,
        policies={policy.name: policy for policy in policies.policy},
        programmes=programmes,
        numbers=numbers,
        state=codes(applications["state"], STATES, "applications.csv: state"),
        tier=applications["tier"].to_numpy(),
        size=applications["size"].to_numpy(),
        weight=applications["weight"].to_numpy(),
        since=days_of(applications["since"]),
        list_start=list_start,
        listed=listed,
        fact_row=find(numbers, facts["number"], "facts.csv"),
        fact_name=facts["fact"].to_list(),
        fact_value=facts["value"].to_list(),
    )


def days_of(texts: pl.Series) -> np.ndarray:
    """Return int32 yyyymmdd of days like 2026-09-01, 0 for none."""
    return texts.str.replace_all("-", "").replace("", "0").cast(pl.Int32).to_numpy()


def lists_of(
    numbers: np.ndarray, table: pl.DataFrame, names: list[str]
) -> tuple[np.ndarray, np.ndarray]:
    """Return where the list of every application starts, and the programmes of all lists."""
    find(numbers, table["number"], "choices.csv")
    table = table.filter(pl.col("choices") != "")
    half = table.height // 2
    halves = (table["choices"][:half], table["choices"][half:])
    with ThreadPoolExecutor() as pool:
        parts = list(pool.map(lambda half: split_choices(half, names), halves))
    lengths = np.zeros(numbers.size + 1, dtype=np.int64)
    rows = find(numbers, table["number"], "choices.csv")
    lengths[1 + rows] = np.concatenate([length for length, _ in parts])
    return np.cumsum(lengths), np.concatenate([listed for _, listed in parts])


def split_choices(texts: pl.Series, names: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """Return how many programmes each text lists, and the int32 rows of all of them."""
    lists = texts.str.split(" ")
    listed = lists.explode() if texts.len() else pl.Series([], dtype=pl.String)
    rows = listed.cast(pl.Enum(names), strict=False)
    if rows.null_count():
        raise InputFault(
            f"choices.csv: {listed.filter(rows.is_null())[0][:80]} is not in programmes.csv"
        )
    return lists.list.len().to_numpy(), rows.to_physical().cast(pl.Int32).to_numpy()


def find(numbers: np.ndarray, wanted: pl.Series, where: str) -> np.ndarray:
    """Return the rows of ``wanted`` numbers; one that has no application is refused."""
    texts = fixed_bytes(wanted, NUMBER_BYTES)
    if np.array_equal(numbers, texts):
        return np.arange(numbers.size)
    rows = np.searchsorted(numbers, texts)
    missing = np.ones(rows.size, dtype=np.bool_)
    inside = rows < numbers.size
    missing[inside] = numbers[rows[inside]] != texts[inside]
    if missing.any():
        number = texts[np.flatnonzero(missing)[0]].decode()
        raise InputFault(f"{where}: {number} has no row in applications.csv")
    return rows


def answer_columns(frozen: FrozenRound, table: pl.DataFrame) -> Answers:
    """Return the answers of a step; a number that never applied is refused."""
    where = find(frozen.numbers, table["number"], "answers.csv")
    return Answers(where, codes(table["answer"], ANSWERS, "answers.csv: answer"))


def outcome_columns(frozen: FrozenRound, tables: dict[str, pl.DataFrame]) -> CheckedOutcome:
    """Return the published outcome as columns, believing nothing."""
    tickets = tables["tickets.csv"]
    return CheckedOutcome(
        ticket_number=fixed_bytes(tickets["number"], NUMBER_BYTES),
        ticket_place=tickets["place"].to_numpy(),
        ticket_rank=tickets["rank"].to_numpy(),
        ticket_k=tickets["k"].to_numpy(),
        ticket=fixed_bytes(tickets["ticket"], HASH_BYTES),
        **result_columns(frozen, tables),
    )


def result_columns(frozen: FrozenRound, tables: dict[str, pl.DataFrame]) -> dict[str, np.ndarray]:
    """Return the columns of a ``CheckedOutcome`` that a match fills."""
    results, cuts = tables["results.csv"], tables["cutoffs.csv"]
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


def tickets_bytes(tickets: Tickets) -> bytes:
    """Return ``tickets.csv``: rank is the draw's, place the order the programmes use."""
    ticket = pl.Series(tickets.ticket.view(f"V{HASH_BYTES // 2}").ravel().tolist(), dtype=pl.Binary)
    columns = {
        "number": pl.Series(tickets.number, dtype=pl.String),
        "place": tickets.place,
        "rank": tickets.rank,
        "k": tickets.k,
        "ticket": ticket.bin.encode("hex"),
    }
    return table_bytes("tickets.csv", pl.DataFrame(columns))


def results_bytes(frozen: FrozenRound, results: Results) -> bytes:
    """Return ``results.csv``: one row for every application."""
    programmes = ["", *(p.programme for p in frozen.programmes)]
    slots = ["", REST, *(name for _, name in group_names(frozen))]
    slot = np.where(results.programme < 0, 0, results.group + 2)
    tiers = pl.Series(results.tier).cast(pl.String)
    columns = {
        "number": pl.Series(frozen.numbers.tolist(), dtype=pl.Binary).cast(pl.String),
        "programme": pl.Series(programmes, dtype=pl.String)[results.programme + 1],
        "slot": pl.Series(slots, dtype=pl.String)[slot],
        "tier": tiers.set(pl.Series(results.tier < 0), ""),
    }
    return table_bytes("results.csv", pl.DataFrame(columns))


def cutoffs_bytes(frozen: FrozenRound, cutoffs: Cutoffs) -> bytes:
    """Return ``cutoffs.csv``: one row for every slot of every programme."""
    names = pl.Series([p.programme for p in frozen.programmes], dtype=pl.String)
    columns = {**cutoffs._asdict(), "programme": names[cutoffs.programme]}
    table = pl.DataFrame(columns).with_columns(
        pl.when(pl.col(name) >= 0).then(pl.col(name).cast(pl.String)).otherwise(pl.lit(""))
        for name in ("tier", "place")
    )
    return table_bytes("cutoffs.csv", table)
