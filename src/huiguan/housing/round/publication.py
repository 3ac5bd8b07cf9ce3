"""Which files of a round the public gets: a profile places every table once."""

from huiguan.foundation.faults import CheckFault
from huiguan.housing.round.frozen import RoundHead
from huiguan.housing.round.records import Profile

ALWAYS_PUBLIC = frozenset(("cutoffs.csv", "programmes.csv", "round.toml"))
ALWAYS_SEALED = frozenset(("choices.csv", "facts.csv"))
NUMBERED = frozenset(("applications.csv", "results.csv", "tickets.csv"))  # together


def check_profile(profile: Profile) -> None:
    """Refuse a profile that does not say of every table once whether it is public or sealed."""
    public, sealed = set(profile.public), set(profile.sealed)
    both = [*profile.public, *profile.sealed]
    if (
        sorted(both) != sorted(ALWAYS_PUBLIC | ALWAYS_SEALED | NUMBERED)
        or both != [*sorted(public), *sorted(sealed)]
        or not public >= ALWAYS_PUBLIC
        or not sealed >= ALWAYS_SEALED
        or NUMBERED & sealed not in (frozenset(), NUMBERED)
    ):
        raise CheckFault(
            "rules/publication.toml does not say of every table once whether it is public or sealed"
        )


def in_force(head: RoundHead, profile: Profile) -> None:
    """Refuse a profile that is not the one of the round, or not in force on the day it froze."""
    if head.profile != profile.name or str(profile.effective) > head.date:
        raise CheckFault(
            "rules/publication.toml is not the profile that round.toml names, in force on its day"
        )


def public_names(listed: set[str], profile: Profile) -> set[str]:
    """Return those of a round's files the public gets; answers to offers never are."""
    sealed = {*profile.sealed, "answers.csv"}
    return {name for name in listed if name.rpartition("/")[2] not in sealed}
