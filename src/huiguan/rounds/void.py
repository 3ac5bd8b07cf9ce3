"""Void: an attempt is closed for good; it stays, with its reason, and the next one chains to it."""

from pathlib import Path

from huiguan.housing.round.attempts import check_void, declare_void
from huiguan.housing.round.frozen import RoundHead
from huiguan.housing.round.stages import Stages, require_open
from huiguan.storage.homes.round_files import hash_plain
from huiguan.storage.homes.round_folder import (
    VOID,
    check_manifest,
    check_old_void,
    commitment_of,
    read_marker,
    stages_of,
)
from huiguan.storage.homes.round_step import hold_round, write_step
from huiguan.storage.homes.round_toml import toml_bytes


def void_round(folder: Path, reason: str, declared_by: str) -> str:
    """Declare the attempt void after its last file as it stands; return its commitment."""
    with hold_round(folder, "round void", require_open) as aside:
        check_manifest(folder, "MANIFEST", sealed_may_miss=True)
        last, commitment = stages_of(folder).last, commitment_of(folder)
        record = declare_void(commitment, last, hash_plain(folder, last), reason, declared_by)
        write_step(folder, aside, {VOID: toml_bytes(record)})
    return commitment


def read_void(folder: Path, stages: Stages, head: RoundHead) -> None:
    """Refuse a ``VOID`` that is not bound to the end of this very chain."""
    commitment = commitment_of(folder)
    if head.format == 1:
        check_old_void(folder, commitment)
    else:
        last = stages.last
        check_void(read_marker(folder, VOID), commitment, last, hash_plain(folder, last))
