"""Attempts at a round: a void one stays, and the next one is chained to it."""

import msgspec

from huiguan.foundation.faults import InputFault
from huiguan.housing.round.frozen import RoundHead
from huiguan.housing.round.stages import Stages


def follow(head: RoundHead, stages: Stages, before: RoundHead, commitment: str) -> RoundHead:
    """Return the head of the attempt after a void one, chained to its commitment."""
    if not stages.void:
        raise InputFault(f"{stages.folder} is not void; declare it void before another attempt")
    if before.round != head.round:
        raise InputFault(f"{stages.folder} is an attempt of {before.round}, not of {head.round}")
    return msgspec.structs.replace(head, attempt=before.attempt + 1, previous=commitment)


def void_line(commitment: str, reason: str) -> bytes:
    """Return what ``VOID`` says: the commitment of the attempt, and why it is void."""
    if not reason or not reason.isascii() or not reason.isprintable():
        raise InputFault("say in one printable ASCII sentence why the attempt is void")
    return f"{commitment}  {reason}\n".encode("ascii")
