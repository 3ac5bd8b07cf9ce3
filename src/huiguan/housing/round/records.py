"""The small records of a round's folder: policies, profile, draw, declaration of void."""

from datetime import date

import msgspec

from huiguan.foundation.cited import Row
from huiguan.housing.allocation.reserves import Policy
from huiguan.housing.round.draw import Party


class Policies(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``rules/policies.toml``: the slots of every policy."""

    policy: tuple[Policy, ...]


class Profile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``rules/publication.toml``: which files the public gets, by a dated row."""

    name: str
    effective: date
    public: tuple[str, ...]
    sealed: tuple[str, ...]
    source: str
    status: str


class ProfileRow(Row[date], frozen=True, kw_only=True):
    """A profile as the books have it: a dated row with its origin; rounds freeze a copy."""

    name: str
    public: tuple[str, ...]
    sealed: tuple[str, ...]

    def frozen(self) -> Profile:
        """Return the copy that a round keeps; it says where the row stands, not in which file."""
        return Profile(
            name=self.name,
            effective=self.effective,
            public=self.public,
            sealed=self.sealed,
            source=self.article,
            status=self.status,
        )


class DrawRecord(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``draw.toml``: the public value and what proves it."""

    format: int = 1
    commitment: str
    value: str
    beacon_round: int = 0
    signature: str = ""
    dice: str = ""
    party: tuple[Party, ...] = ()


class VoidRecord(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``VOID``: an attempt counts for nothing, from what stood last, why, and who says so.

    The next attempt carries it as ``PREVIOUS`` among its frozen files.
    """

    format: int = 1
    commitment: str
    last: str  # the last file of the chain: MANIFEST, draw.toml, RESULT or reruns/N/RESULT
    digest: str  # SHA-256 of that file
    reason: str
    by: str
