"""Keys: who may connect, as what, and how much.

A key is a random token of 256 bits, shown once; only its hash is kept (``keys.json`` in the hall's
folder). It is bound to a member and to one session number, so that the same journal names the same
people, and where wanted to trading codes.
"""

from __future__ import annotations

import hashlib
import secrets
from contextlib import contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec

from huiguan.floor.doors.records import TOKEN_BYTES, DoorReason
from huiguan.foundation.faults import InputFault
from huiguan.storage.files import Files, write_file
from huiguan.storage.lock import hold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

KEYS_NAME = "keys.json"
CHANGING_NAME = "keys"  # the folder whose lock is held while they change
DEFAULT_RATE = 2_000  # commands a second
PREFIX = "hg_"


class KeyRight(StrEnum):
    """What a key is for."""

    TRADE = "trade"
    READ = "read"  # queries and market data only
    PACE = "pace"  # may move a paced clock on
    FORCE = "force"  # may close positions by force, as the exchange does; alone, nothing else


class Key(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One key; names are those of the day image, so that it lives longer than a day."""

    name: str
    token_hash: str
    session: int
    member: str
    codes: list[str] = []  # none: every trading code of the member
    rights: tuple[KeyRight, ...] = (KeyRight.TRADE, KeyRight.READ)
    until: str = ""  # ISO date, the last day it is good; empty: no end
    rate: int = DEFAULT_RATE  # commands a second
    addresses: list[str] = []  # none: any
    withdrawn: bool = False

    def may(self, right: KeyRight) -> bool:
        """Return whether the key has a right."""
        return right in self.rights

    @property
    def enters_orders(self) -> bool:
        """Whether the key may enter orders of some kind."""
        return self.may(KeyRight.TRADE) or self.may(KeyRight.FORCE)

    @property
    def forces(self) -> bool:
        """Whether the key may close by force.

        Who paces a market fills it as its own crowd, and plays the exchange there too.
        """
        return self.may(KeyRight.FORCE) or self.may(KeyRight.PACE)


def token_hash(token: bytes) -> str:
    """Return the hash a key is kept as; of 256 random bits nothing slower is needed."""
    return hashlib.sha256(token).hexdigest()


def token_text(token: bytes) -> str:
    """Return a token as people copy it."""
    return PREFIX + token.hex()


def token_of(text: str) -> bytes:
    """Return the token of its text."""
    body = text.strip().removeprefix(PREFIX)
    try:
        token = bytes.fromhex(body)
    except ValueError:
        token = b""
    if len(token) != TOKEN_BYTES:
        raise InputFault(f"a key is {PREFIX} and {2 * TOKEN_BYTES} hex digits; copy it whole")
    return token


class Keys:
    """The keys of a hall."""

    def __init__(self, keys: Iterable[Key] = ()) -> None:
        """Take keys."""
        self._keys = {key.name: key for key in keys}
        self._by_hash = {key.token_hash: key for key in self._keys.values()}

    @classmethod
    def read(cls, folder: Path) -> Keys:
        """Read the keys of a hall; none where there is no file."""
        path = folder / KEYS_NAME
        if not path.exists():
            return cls()
        try:
            return cls(msgspec.json.decode(path.read_bytes(), type=list[Key]))
        except (OSError, msgspec.DecodeError) as fault:
            raise InputFault(f"{path} can not be read as keys: {fault}") from fault

    def write(self, folder: Path) -> None:
        """Write the keys of a hall, for its owner only."""
        path = folder / KEYS_NAME
        text = msgspec.json.format(msgspec.json.encode(list(self)), indent=1)
        write_file(path, [text, b"\n"], Files())
        path.chmod(0o600)

    def __iter__(self) -> Iterator[Key]:
        """Every key, by session."""
        return iter(sorted(self._keys.values(), key=lambda key: key.session))

    def make(self, name: str, member: str, **terms: object) -> str:
        """Add a key under a new name and the next session number; return its token, shown once."""
        token = secrets.token_bytes(TOKEN_BYTES)
        self.add(name, token_hash(token), member, **terms)
        return token_text(token)

    def add(self, name: str, hashed: str, member: str, **terms: object) -> None:
        """Add a key by the hash of its token, under a new name and the next session number."""
        if name in self._keys:
            raise InputFault(f"there is a key {name!r} already; take another name")
        session = int(terms.pop("session", 0) or 1 + max((k.session for k in self), default=0))  # type: ignore[call-overload]
        key = Key(name=name, token_hash=hashed, session=session, member=member, **terms)  # type: ignore[arg-type]
        self._keys[name] = self._by_hash[key.token_hash] = key

    def withdraw(self, name: str) -> None:
        """End a key for good; its name and session stay taken."""
        if name not in self._keys:
            known = ", ".join(key.name for key in self if not key.withdrawn)
            raise InputFault(f"there is no key {name!r}; there are {known or 'none'}")
        key = msgspec.structs.replace(self._keys[name], withdrawn=True)
        self._keys[name] = self._by_hash[key.token_hash] = key

    def find(self, token: bytes, address: str, day: str) -> Key | DoorReason:
        """Return the key of a token, or why it opens nothing here on ``day`` (ISO).

        No ``address``: one of the hall's own processes, which looked at it.
        """
        key = self._by_hash.get(token_hash(token))
        if key is None:
            return DoorReason.UNKNOWN_KEY
        if key.withdrawn or (key.until and day > key.until):
            return DoorReason.KEY_ENDED
        if key.addresses and address and address not in key.addresses:
            return DoorReason.WRONG_ADDRESS
        return key


@contextmanager
def changing(folder: Path, command: str) -> Iterator[Keys]:
    """Read the keys of a hall, to be changed and written; one process at a time does.

    Raises ``InputFault`` while another one changes them; nothing is written after a fault.
    """
    with hold(folder / CHANGING_NAME, command):
        keys = Keys.read(folder)
        yield keys
        keys.write(folder)
