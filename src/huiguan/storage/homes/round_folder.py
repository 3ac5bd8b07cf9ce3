"""The folder of a round: what stands in it, what is frozen, what was published.

``MANIFEST`` lists what is frozen; its SHA-256 is the commitment. ``RESULT`` lists what came after,
and the manifest itself. Both are in the form of ``sha256sum``. Nothing is decided here.
"""

import re
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np
import polars as pl

from huiguan.foundation.faults import CheckFault, Fault, InputFault
from huiguan.foundation.readers.sheets import Table
from huiguan.housing.check.rerun import Rerun
from huiguan.housing.check.whole import CheckedOutcome
from huiguan.housing.round.answers import ANSWERS, Answers
from huiguan.housing.round.attempts import check_previous
from huiguan.housing.round.frozen import FORMAT, PROMISE, FrozenRound, RoundHead
from huiguan.housing.round.outcome import Cutoffs, Results
from huiguan.housing.round.publication import check_profile, in_force
from huiguan.housing.round.records import DrawRecord, Policies, Profile, VoidRecord
from huiguan.housing.round.stages import Stages
from huiguan.storage.homes.declared import (
    ANSWERS_GIVEN,
    APPLICATIONS,
    CHOICES,
    FACTS,
    PROGRAMMES,
)
from huiguan.storage.homes.programs import program_bytes
from huiguan.storage.homes.round_columns import (
    answer_columns,
    cutoffs_bytes,
    days_of,
    find,
    frozen_columns,
    outcome_columns,
    result_columns,
    results_bytes,
)
from huiguan.storage.homes.round_files import (
    hash_all,
    hash_plain,
    hashes_of,
    names_in,
    read_all,
    read_plain,
)
from huiguan.storage.homes.round_tables import (
    NUMBER_BYTES,
    TABLES,
    codes,
    fixed_bytes,
    parse_canonical_table,
    parse_table,
    table_bytes,
)
from huiguan.storage.homes.round_toml import parse_canonical, parse_toml, toml_bytes
from huiguan.storage.homes.rules import profile_in_force
from huiguan.storage.manifest import manifest_bytes, parse_manifest
from huiguan.storage.sheets.tables import (
    Say,
    as_utf8,
    in_columns,
    read_utf8,
    sheet_path,
    unheard,
)

PUBLIC_TABLES = ("programmes.csv", "applications.csv")
SEALED_TABLES = ("choices.csv", "facts.csv")
PROGRAMS = ("verify.py", "verify_beacon.py")
POLICIES, PUBLICATION = "rules/policies.toml", "rules/publication.toml"
FROZEN = frozenset(("round.toml", POLICIES, PUBLICATION, *PUBLIC_TABLES, *SEALED_TABLES, *PROGRAMS))
MORE_RULES = re.compile(r"rules/[A-Za-z0-9._-]{1,48}\.toml")
OUTCOME = ("draw.toml", "tickets.csv", "cutoffs.csv", "results.csv")
VOID, PREVIOUS = "VOID", "PREVIOUS"
STEP = ("answers.csv", "cutoffs.csv", "results.csv")


class RoundSource(NamedTuple):
    """What an input folder describes, and the canonical bytes of its files."""

    frozen: FrozenRound
    files: dict[str, bytes]


class Drawing(NamedTuple):
    """What a draw needs of a frozen folder: the head, and those who take part."""

    head: RoundHead
    commitment: str
    numbers: list[str]
    weights: list[int]
    since: np.ndarray  # int32: yyyymmdd, 0 if none


def stages_of(folder: Path) -> Stages:
    """Return what stands in a folder."""
    names, odd = names_in(folder) if folder.is_dir() else (set(), set())
    return Stages(str(folder), folder.is_dir(), frozenset(names), tuple(sorted(odd)))


def commitment_of(folder: Path) -> str:
    """Return the commitment of a frozen folder."""
    return hash_plain(folder, "MANIFEST")


def parse_tables(files: Mapping[str, bytes]) -> dict[str, pl.DataFrame]:
    """Return canonical tables, parsed side by side; the first fault in order is told."""
    with ThreadPoolExecutor() as pool:
        parsed = pool.map(lambda name: parse_canonical_table(name, files[name], name), files)
        return dict(zip(files, parsed, strict=True))


def read_tables(folder: Path, names: Iterable[str]) -> dict[str, pl.DataFrame]:
    """Return several canonical tables of a folder."""
    return parse_tables(read_all(folder, tuple(names)))


def read_head(folder: Path) -> RoundHead:
    """Return ``round.toml`` of a frozen folder."""
    return parse_canonical(read_plain(folder, "round.toml"), RoundHead, "round.toml")


def read_draw(folder: Path) -> DrawRecord:
    """Return ``draw.toml``."""
    return parse_canonical(read_plain(folder, "draw.toml"), DrawRecord, "draw.toml")


def read_profile(folder: Path) -> Profile:
    """Return which files of a frozen folder the public gets."""
    profile = parse_canonical(read_plain(folder, PUBLICATION), Profile, PUBLICATION)
    check_profile(profile)
    return profile


def read_policies(folder: Path, head: RoundHead) -> Policies:
    """Return the policies of a frozen folder; format 1 had them as a person wrote them."""
    parse = parse_toml if head.format == 1 else parse_canonical
    return parse(read_plain(folder, POLICIES), Policies, POLICIES)


def read_marker(folder: Path, name: str) -> VoidRecord:
    """Return a declaration of void: ``VOID`` of this attempt, or ``PREVIOUS`` of the one before."""
    return parse_canonical(read_plain(folder, name), VoidRecord, name)


def check_manifest(folder: Path, manifest: str, sealed_may_miss: bool) -> set[str]:
    """Return the names a manifest lists after comparing every file; ``CheckFault`` names one."""
    sealed = {*read_profile(folder).sealed, "answers.csv"} if sealed_may_miss else set()
    data = read_plain(folder, manifest)
    if not data.isascii():
        raise CheckFault(f"{manifest} has a name outside ASCII, which no round has")
    listed = parse_manifest(data, manifest)
    if manifest == "MANIFEST":
        check_frozen_names(set(listed))
    there = names_in(folder)[0]
    found = hash_all(folder, [name for name in listed if name in there])
    for name, sha256 in listed.items():
        if name not in found and Path(name).name not in sealed:
            raise CheckFault(
                f"{name} is missing and {manifest} lists it; this needs every file, sealed ones too"
            )
        if name in found and found[name] != sha256:
            raise CheckFault(f"{name} differs from {manifest}; the folder was changed or cut")
    return set(listed)


def check_frozen_names(listed: set[str]) -> None:
    """Refuse a MANIFEST that lists less than a round has, or more."""
    missing = sorted(FROZEN - listed)
    if missing:
        raise CheckFault(f"MANIFEST does not list {missing[0]}; the folder is no whole round")
    odd = sorted(n for n in listed - FROZEN - {PREVIOUS} if not MORE_RULES.fullmatch(n))
    if odd:
        raise CheckFault(f"MANIFEST lists {odd[0]}, which has no place in a round")


def read_frozen(folder: Path) -> FrozenRound:
    """Return the round of a frozen folder with its sealed files, every byte checked."""
    check_manifest(folder, "MANIFEST", sealed_may_miss=False)
    head = read_head(folder)
    if (folder / PREVIOUS).exists():
        check_previous(head, read_marker(folder, PREVIOUS))
    in_force(head, read_profile(folder))
    tables = read_tables(folder, (*PUBLIC_TABLES, *SEALED_TABLES))
    return frozen_columns(head, read_policies(folder, head), tables)


def read_given(folder: Path, table: Table, say: Say) -> tuple[bytes, str]:
    """Return a table that a person wrote, CSV or spreadsheet, as UTF-8 CSV, and its file's name."""
    name = sheet_path(folder / table.file).name
    data = as_utf8(read_plain(folder, name), name, table.file.removesuffix(".csv"), say)
    return in_columns(table, data, name), name


def read_source(source: Path, say: Say = unheard) -> RoundSource:
    """Return the round an input folder describes, and the canonical bytes of its tables."""
    if not source.is_dir():
        raise InputFault(f"there is no folder {source}; name the input folder of a round")
    written = {
        name: as_utf8(read_plain(source, name), name, say=say) for name in ("round.toml", POLICIES)
    }
    head = parse_toml(written["round.toml"], RoundHead, "round.toml")
    promise = PROMISE.format(limit=head.list_limit)
    head = msgspec.structs.replace(head, format=FORMAT, promise=promise)
    policies = parse_toml(written[POLICIES], Policies, POLICIES)
    tables, out = {}, {"round.toml": toml_bytes(head), POLICIES: toml_bytes(policies)}
    for table in (PROGRAMMES, APPLICATIONS, CHOICES, FACTS):
        name = table.file
        tables[name] = parse_table(name, *read_given(source, table, say))
        out[name] = table_bytes(name, tables[name])
    for path in (source / "rules").glob("*.toml"):  # the rules of the day travel with the round
        if path.name not in ("policies.toml", "publication.toml"):
            out[f"rules/{path.name}"] = read_plain(source, f"rules/{path.name}")
    out[PUBLICATION] = toml_bytes(profile_in_force(head.profile, head.date))
    for program in PROGRAMS:
        out[program] = program_bytes(program)
    return RoundSource(frozen_columns(head, policies, tables), out)


def read_drawing(folder: Path) -> Drawing:
    """Return what a draw needs of a frozen folder, every byte that stands there checked."""
    check_manifest(folder, "MANIFEST", sealed_may_miss=True)
    head = read_head(folder)
    in_force(head, read_profile(folder))
    table = read_tables(folder, ["applications.csv"])["applications.csv"]
    inside = table.filter(pl.col("state") == "in")
    return Drawing(
        head=head,
        commitment=commitment_of(folder),
        numbers=inside["number"].to_list(),
        weights=inside["weight"].to_list(),
        since=days_of(inside["since"]),
    )


def read_ranks(folder: Path, frozen: FrozenRound) -> np.ndarray:
    """Return the draw rank of every application, 0 if it takes no part."""
    tickets = read_tables(folder, ["tickets.csv"])["tickets.csv"]
    rank = np.zeros(frozen.numbers.size, dtype=np.int32)
    rank[find(frozen.numbers, tickets["number"], "tickets.csv")] = tickets["rank"].to_numpy()
    if not np.array_equal(rank > 0, frozen.state == 0):
        raise CheckFault("tickets.csv does not rank exactly the applications in the draw")
    return rank


def read_outcome(folder: Path, frozen: FrozenRound) -> CheckedOutcome:
    """Return the published outcome of a folder as columns, believing nothing."""
    names = ("tickets.csv", "results.csv", "cutoffs.csv")
    return outcome_columns(frozen, read_tables(folder, names))


def read_tickets(folder: Path, frozen: FrozenRound) -> CheckedOutcome:
    """Return the tickets of a drawn round, and nothing given yet."""
    tables = read_tables(folder, ["tickets.csv"])
    for name in ("results.csv", "cutoffs.csv"):
        tables[name] = parse_canonical_table(name, f"{','.join(TABLES[name])}\n".encode(), name)
    return outcome_columns(frozen, tables)


def check_old_void(folder: Path, commitment: str) -> None:
    """Refuse a ``VOID`` of format 1 that is not one line with the commitment and a reason."""
    if not re.fullmatch(f"{commitment}  [ -~]+\n".encode(), read_plain(folder, VOID)):
        raise CheckFault("VOID does not name the commitment of this round and a reason")


def read_answers(path: Path, frozen: FrozenRound, say: Say = unheard) -> tuple[Answers, bytes]:
    """Return the answers a person wrote down, and their canonical bytes."""
    if not path.is_file():
        raise InputFault(f"{path} is no file; name a table of answers: number,answer")
    given = in_columns(ANSWERS_GIVEN, read_utf8(path, say), path.name)
    table = parse_table("answers.csv", given, path.name)
    return answer_columns(frozen, table), table_bytes("answers.csv", table)


def read_step_answers(folder: Path, step: int, frozen: FrozenRound) -> Answers:
    """Return the answers of a step of re-runs."""
    table = read_tables(folder / f"reruns/{step}", ["answers.csv"])["answers.csv"]
    return answer_columns(frozen, table)


def step_files(step: int) -> list[str]:
    """Return the files that ``RESULT`` of a step lists: its own and the one it follows."""
    last = "RESULT" if step == 1 else f"reruns/{step - 1}/RESULT"
    return [last, *(f"reruns/{step}/{name}" for name in STEP)]


def read_rerun(folder: Path, step: int, frozen: FrozenRound, outcome: CheckedOutcome) -> Rerun:
    """Return one step of re-runs; its ``RESULT`` must list its files and the step before."""
    name = f"reruns/{step}"
    listed = check_manifest(folder, f"{name}/RESULT", sealed_may_miss=False)
    if listed != set(step_files(step)):
        raise CheckFault(f"{name}/RESULT does not list the files of the step and the one before it")
    try:
        tables = read_tables(folder / name, STEP)
        answers = tables["answers.csv"]
        kinds = codes(answers["answer"], ANSWERS, "answers.csv: answer")
        again = outcome._replace(**result_columns(frozen, tables))
    except Fault as fault:
        raise CheckFault(f"{name}/{fault}") from None
    return Rerun(name, fixed_bytes(answers["number"], NUMBER_BYTES), kinds, again)


def match_bytes(frozen: FrozenRound, results: Results, cutoffs: Cutoffs) -> dict[str, bytes]:
    """Return the files a match fills."""
    return {
        "cutoffs.csv": cutoffs_bytes(frozen, cutoffs),
        "results.csv": results_bytes(frozen, results),
    }


def list_of(files: Mapping[str, bytes]) -> bytes:
    """Return the list of ``files`` as ``sha256sum`` writes it, in byte order of the names."""
    return manifest_bytes(hashes_of(dict(files)))
