"""Void: an attempt is closed for good; it stays, with its reason, and the next one chains to it."""

from pathlib import Path

from huiguan.housing.round.attempts import void_line
from huiguan.housing.round.stages import require_open
from huiguan.storage.homes.round_folder import (
    VOID,
    check_manifest,
    commitment_of,
    stages_of,
    write_files,
)


def void_round(folder: Path, reason: str) -> str:
    """Declare the attempt void; return its commitment."""
    require_open(stages_of(folder))
    check_manifest(folder, "MANIFEST", sealed_may_miss=True)
    commitment = commitment_of(folder)
    write_files(folder, {VOID: void_line(commitment, reason)})
    return commitment
