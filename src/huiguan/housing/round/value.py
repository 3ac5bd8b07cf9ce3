"""The public value of a round: what may be taken for it, and what it must follow from."""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache

from huiguan.foundation.faults import CheckFault, InputFault
from huiguan.housing.round.draw import Party, beacon_value, combine_secrets
from huiguan.housing.round.frozen import RoundHead
from huiguan.housing.round.records import DrawRecord
from huiguan.housing.verify.beacon import FIRST_SECOND, PERIOD_SECONDS, signature_is_valid

SIGNATURE = re.compile("[0-9a-f]{96}")  # a point of the smaller group of the curve

signed = lru_cache(maxsize=16)(signature_is_valid)  # a third of a second of arithmetic


def known_before(head: RoundHead) -> str:
    """Return a warning where anybody could know the public value on the day of the freeze."""
    if head.randomness != "drand":
        return ""
    try:
        seconds = FIRST_SECOND + PERIOD_SECONDS * (head.beacon_round - 1)
        day = date(1970, 1, 1) + timedelta(seconds=seconds)  # UTC
    except OverflowError:
        return ""
    if str(day) > head.date:
        return ""
    return (
        f"round {head.beacon_round} of quicknet came on {day}, and the freeze is of {head.date}: "
        "everybody could know the value before; name a round that is still to come"
    )


def take_value(
    head: RoundHead, commitment: str, signature: str, secrets: Mapping[str, str], dice: str
) -> DrawRecord:
    """Return the record of a draw from the evidence its head asks for, and from nothing else."""
    if head.randomness == "drand":
        if secrets or dice:
            raise InputFault(f"{head.round} is drawn by drand; secrets and dice have no part in it")
        if not SIGNATURE.fullmatch(signature):
            raise InputFault(
                f"{head.round} is drawn by round {head.beacon_round} of drand; give its whole "
                f"signature with --signature: 96 small hexadecimal digits, not {len(signature)}"
            )
        if not signed(head.beacon_round, signature):
            raise InputFault(
                f"this is not drand's signature of round {head.beacon_round} of quicknet; nothing "
                "was drawn: copy it anew from a relay of drand, and look at the number of the round"
            )
        return DrawRecord(
            commitment=commitment,
            value=beacon_value(signature),
            beacon_round=head.beacon_round,
            signature=signature,
        )
    names = {pledge.name for pledge in head.party}
    if signature or names != secrets.keys():
        raise InputFault(
            f"{head.round} is drawn by the secrets of {', '.join(sorted(names))} and dice; give "
            "--reveal NAME=SECRET once for each of them, --dice, and nothing else"
        )
    parties = tuple(
        Party(p.name, p.commitment, secrets[p.name])
        for p in sorted(head.party, key=lambda pledge: pledge.name)
    )
    value = combine_secrets(parties, dice)
    return DrawRecord(commitment=commitment, value=value, dice=dice, party=parties)


def check_value(head: RoundHead, commitment: str, record: DrawRecord) -> None:
    """Refuse a public value that does not follow from what was fixed before it existed."""
    if record.format != 1:
        raise CheckFault("draw.toml: this program reads format 1")
    if record.commitment != commitment:
        raise CheckFault("draw.toml: its commitment is not the hash of MANIFEST")
    if head.randomness == "drand":
        value = check_beacon(head, record)
    else:
        value = check_parties(head, record)
    if value != record.value:
        raise CheckFault("draw.toml: the public value does not follow from its evidence")


def check_beacon(head: RoundHead, record: DrawRecord) -> str:
    """Return the value of the beacon's round, after checking that the beacon has signed it."""
    if record.dice or record.party:
        raise CheckFault("draw.toml: dice and parties have no part in a draw by drand")
    if record.beacon_round != head.beacon_round:
        raise CheckFault("draw.toml: this is not the beacon round named in advance")
    if not SIGNATURE.fullmatch(record.signature) or not signed(head.beacon_round, record.signature):
        raise CheckFault(
            f"draw.toml: the signature is not drand's of round {head.beacon_round}, so the public "
            "value does not follow from its evidence"
        )
    return beacon_value(record.signature)


def check_parties(head: RoundHead, record: DrawRecord) -> str:
    """Return the value of revealed secrets and dice, after comparing them with the pledges."""
    if record.beacon_round or record.signature:
        raise CheckFault("draw.toml: a beacon has no part in a draw by parties")
    pledges = sorted((pledge.name, pledge.commitment) for pledge in head.party)
    if [(party.name, party.commitment) for party in record.party] != pledges:
        raise CheckFault("draw.toml: the parties are not those of round.toml, in order of name")
    return combine_secrets(record.party, record.dice)
