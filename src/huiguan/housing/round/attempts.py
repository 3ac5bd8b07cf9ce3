"""Attempts at a round: a void one stays, and the next one is chained to it."""

import re

import msgspec

from huiguan.foundation.faults import CheckFault, InputFault
from huiguan.housing.round.frozen import RoundHead
from huiguan.housing.round.letters import TEXT
from huiguan.housing.round.records import VoidRecord
from huiguan.housing.round.stages import Stages

LAST = re.compile(r"MANIFEST|draw\.toml|RESULT|reruns/[1-9][0-9]{0,3}/RESULT")


def follow(head: RoundHead, stages: Stages, before: RoundHead, commitment: str) -> RoundHead:
    """Return the head of the attempt after a void one, chained to its commitment."""
    if not stages.void:
        raise InputFault(f"{stages.folder} is not void; declare it void before another attempt")
    if before.round != head.round:
        raise InputFault(f"{stages.folder} is an attempt of {before.round}, not of {head.round}")
    return msgspec.structs.replace(head, attempt=before.attempt + 1, previous=commitment)


def declare_void(
    commitment: str, last: str, digest: str, reason: str, declared_by: str
) -> VoidRecord:
    """Return what ``VOID`` says: of which commitment, after which file, why, and who says so."""
    for text, what in ((reason, "why the attempt is void"), (declared_by, "who declares it void")):
        if not text.strip() or not TEXT.fullmatch(text):
            raise InputFault(f"say in one sentence of ASCII or Chinese, without quotes, {what}")
    return VoidRecord(
        commitment=commitment, last=last, digest=digest, reason=reason, by=declared_by
    )


def check_void(record: VoidRecord, commitment: str, last: str, digest: str) -> None:
    """Refuse a declaration that is not bound to the end of this chain, or that nobody signed."""
    wrong = ""
    if record.format != 1:
        wrong = f"its format is {record.format}, and this program reads format 1"
    elif record.commitment != commitment:
        wrong = "it names another commitment"
    elif (record.last, record.digest) != (last, digest):
        wrong = f"it was not declared after {last} as it stands"
    elif not record.reason.strip() or not record.by.strip():
        wrong = "it does not say why, or who declared it"
    if wrong:
        raise CheckFault(f"VOID counts for nothing: {wrong}")


def check_previous(head: RoundHead, record: VoidRecord) -> None:
    """Refuse a frozen declaration about another attempt than the one this one follows."""
    if not head.previous or record.commitment != head.previous:
        raise CheckFault("PREVIOUS is not about the attempt that round.toml names")
    if not LAST.fullmatch(record.last) or not re.fullmatch("[0-9a-f]{64}", record.digest):
        raise CheckFault("PREVIOUS does not say after which file that attempt was declared void")
    check_void(record, head.previous, record.last, record.digest)
