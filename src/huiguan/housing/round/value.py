"""The public value of a round: what may be taken for it, and what it must follow from."""

from collections.abc import Mapping

from huiguan.foundation.faults import CheckFault, InputFault
from huiguan.housing.round.draw import Party, beacon_value, combine_secrets
from huiguan.housing.round.frozen import RoundHead
from huiguan.housing.round.records import DrawRecord

SIGNATURE_DIGITS = (96, 192)  # a point of one or the other group of the curve, in hexadecimal


def take_value(
    head: RoundHead, commitment: str, signature: str, secrets: Mapping[str, str], dice: str
) -> DrawRecord:
    """Return the record of a draw from the evidence its head asks for, and from nothing else."""
    if head.randomness == "drand":
        if secrets or dice:
            raise InputFault(f"{head.round} is drawn by drand; secrets and dice have no part in it")
        if len(signature) not in SIGNATURE_DIGITS:
            raise InputFault(
                f"{head.round} is drawn by round {head.beacon_round} of drand; give its whole "
                f"signature with --signature ({len(signature)} digits are not one)"
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
    if record.commitment != commitment:
        raise CheckFault("draw.toml: its commitment is not the hash of MANIFEST")
    if head.randomness == "drand":
        value = beacon_value(record.signature)
        if record.beacon_round != head.beacon_round:
            raise CheckFault("draw.toml: this is not the beacon round named in advance")
    else:
        pledges = sorted((pledge.name, pledge.commitment) for pledge in head.party)
        if pledges != sorted((party.name, party.commitment) for party in record.party):
            raise CheckFault("draw.toml: the parties are not those of round.toml")
        value = combine_secrets(record.party, record.dice)
    if value != record.value:
        raise CheckFault("draw.toml: the public value does not follow from its evidence")
