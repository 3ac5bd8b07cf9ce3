"""Freeze: an input folder becomes a canonical one, and its commitment is known."""

from pathlib import Path

from huiguan.foundation.faults import InputFault
from huiguan.housing.check.rows import check_frozen
from huiguan.housing.round.attempts import follow
from huiguan.housing.round.stages import require_frozen, require_unfrozen
from huiguan.storage.homes.round_folder import (
    check_manifest,
    commitment_of,
    list_of,
    read_head,
    read_source,
    stages_of,
    write_files,
)
from huiguan.storage.homes.round_toml import toml_bytes


def freeze(source: Path, target: Path, previous: Path | None) -> str:
    """Write the canonical folder of an input folder; return the commitment to publish.

    Nothing is written unless every row is right. A frozen folder is never frozen again: a new
    attempt names the void one in ``previous``.
    """
    require_unfrozen(stages_of(target))
    frozen, files = read_source(source)
    if previous is not None:
        before = stages_of(previous)
        require_frozen(before)
        check_manifest(previous, "MANIFEST", sealed_may_miss=True)
        head = follow(frozen.head, before, read_head(previous), commitment_of(previous))
        frozen = frozen._replace(head=head)
        files["round.toml"] = toml_bytes(head)
    findings = check_frozen(frozen)
    if findings:
        first = findings[0]
        raise InputFault(
            f"{first.file}: {first.row}: {first.sentence}; nothing was frozen "
            f"({len(findings)} such findings in all)"
        )
    write_files(target, files | {"MANIFEST": list_of(files)})
    return commitment_of(target)
