"""Freeze: an input folder becomes a canonical one, and its commitment is known."""

from datetime import date
from pathlib import Path
from typing import NamedTuple

from huiguan.foundation.faults import InputFault
from huiguan.housing.check.rows import check_frozen
from huiguan.housing.round.attempts import follow
from huiguan.housing.round.frozen import FrozenRound, RoundHead
from huiguan.housing.round.programmes import differences, programmes_of
from huiguan.housing.round.stages import require_frozen, require_unfrozen
from huiguan.rounds.void import read_void
from huiguan.storage.change import finish_change
from huiguan.storage.homes.estate import read_estate
from huiguan.storage.homes.offered import read_offered
from huiguan.storage.homes.round_files import read_plain
from huiguan.storage.homes.round_folder import (
    PREVIOUS,
    VOID,
    check_manifest,
    commitment_of,
    list_of,
    read_head,
    read_source,
    stages_of,
)
from huiguan.storage.homes.round_step import hold_round, open_round, write_step
from huiguan.storage.homes.round_toml import toml_bytes
from huiguan.storage.sheets.tables import Say, unheard


class Froze(NamedTuple):
    """A round that was frozen, the commitment to publish, how it differs from an estate."""

    commitment: str
    frozen: FrozenRound
    differences: list[str]


def freeze(source: Path, target: Path, previous: Path | None, say: Say = unheard) -> str:
    """Write the canonical folder of an input folder; return the commitment to publish."""
    return freeze_round(source, target, previous, say).commitment


def freeze_round(
    source: Path,
    target: Path,
    previous: Path | None,
    say: Say = unheard,
    estate: Path | None = None,
) -> Froze:
    """Write the canonical folder of an input folder; return its round and commitment.

    Nothing is written unless every row is right. A frozen folder is never frozen again: a new
    attempt names the void one in ``previous``. The input folder may itself become the round. The
    programmes are compared with an ``estate``, which is read before anything is written.
    """
    require_unfrozen(open_round(target))
    finish_change(source)
    frozen, files = read_source(source, say)
    if previous is not None:
        frozen = frozen._replace(head=follow_void(frozen, previous, files))
        files["round.toml"] = toml_bytes(frozen.head)
    findings = check_frozen(frozen)
    if findings:
        first = findings[0]
        raise InputFault(
            f"{first.file}: {first.row}: {first.sentence}; nothing was frozen "
            f"({len(findings)} such findings in all)"
        )
    differs = estate_differences(frozen, estate, say) if estate else []
    with hold_round(target, "round freeze", require_unfrozen) as aside:
        require_room(source, target, files)
        if target.is_dir() and not any(target.iterdir()):
            target.rmdir()
        write_step(target, aside, files | {"MANIFEST": list_of(files)})
        return Froze(commitment_of(target), frozen, differs)


def estate_differences(frozen: FrozenRound, estate: Path, say: Say = unheard) -> list[str]:
    """Return a sentence for every programme that is not what an estate has on the round's day."""
    occupancy = read_estate(estate, say)
    offers = read_offered(estate, occupancy, say)
    counted = programmes_of(occupancy, offers, date.fromisoformat(frozen.head.date), ())
    return differences(frozen.programmes, {row.programme: row for row in counted})


def follow_void(frozen: FrozenRound, previous: Path, files: dict[str, bytes]) -> RoundHead:
    """Return the head of the attempt after a void one, whose declaration is frozen with it."""
    before = open_round(previous)
    require_frozen(before)
    check_manifest(previous, "MANIFEST", sealed_may_miss=True)
    head = read_head(previous)
    after = follow(frozen.head, before, head, commitment_of(previous))
    read_void(previous, before, head)
    if head.format > 1:
        files[PREVIOUS] = read_plain(previous, VOID)
    return after


def require_room(source: Path, target: Path, files: dict[str, bytes]) -> None:
    """Refuse a folder in which more stands than its own input."""
    there = stages_of(target)
    if there.names and not target.samefile(source):
        raise InputFault(f"{target} holds files already; freeze into a folder of its own")
    odd = sorted((there.names - files.keys()) | set(there.odd))
    if odd:
        raise InputFault(
            f"{odd[0]!a} in {target} has no place in a round; take it out, or freeze into a folder "
            "of its own with --from"
        )
