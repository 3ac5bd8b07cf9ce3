"""Keys made and withdrawn over the operator's socket, by who keeps the secret: its hash comes here.

Asking the same again changes nothing and is answered as before, so who was not answered asks again.
"""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any

import msgspec

from huiguan.floor.hall.keys import Key, KeyRight, Keys, changing
from huiguan.foundation.faults import InputFault

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from huiguan.floor.hall.lines import Hall

HASH = re.compile(r"[0-9a-f]{64}")
GIVEN = (KeyRight.TRADE, KeyRight.READ)
ASKED = (*GIVEN, KeyRight.FORCE)


class AskedKey(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A key to be made; without codes it is for every trading code of the member."""

    name: str
    token_hash: str
    member: str
    codes: list[str] = []
    rights: tuple[KeyRight, ...] = GIVEN


class KeyDesk:
    """Answers requests about the keys of a hall that is up."""

    def __init__(self, folder: Path, hall: Hall) -> None:
        """Keep the keys of a hall."""
        self._folder, self._hall = folder, hall

    def requests(self) -> dict[str, Callable[[dict[str, Any]], Awaitable[object]]]:
        """Return what can be asked here."""
        return {"make key": self._make, "withdraw key": self._withdraw, "list keys": self._list}

    async def _make(self, given: dict[str, Any]) -> dict[str, object]:
        asked = msgspec.convert(given, AskedKey)
        self._check(asked)
        await self._changed(lambda keys: put(keys, asked))
        return {"name": asked.name}

    async def _withdraw(self, given: dict[str, Any]) -> dict[str, object]:
        """Withdraw a key; one that never came here needs nothing."""
        name = str(given["name"])
        if any(key.name == name and not key.withdrawn for key in self._hall.keys):
            await self._changed(lambda keys: keys.withdraw(name))
        return {"name": name}

    async def _list(self, given: dict[str, Any]) -> list[dict[str, object]]:
        """Return the keys of a member, without their hashes."""
        shown = ("name", "session", "codes", "rights", "until", "withdrawn")
        return [
            {name: getattr(key, name) for name in shown}
            for key in self._hall.keys
            if key.member == given["member"]
        ]

    def _check(self, asked: AskedKey) -> None:
        """Refuse a key that could open nothing, or more than one member's door."""
        image = self._hall.node.market.image
        names, members = image.names, image.trading_codes["member"].tolist()
        if not HASH.fullmatch(asked.token_hash):
            raise InputFault("a key is kept as its hash, 64 hex digits; send that")
        if not asked.rights or set(asked.rights) - set(ASKED):
            raise InputFault("a key that is made here may trade, read, or close by force")
        if asked.member not in names.members:
            raise InputFault(f"{asked.member!r} is no member of today")
        row = names.members.index(asked.member)
        owners = dict(zip(names.trading_codes, members, strict=True))
        for code in asked.codes:
            if owners.get(code) != row:
                raise InputFault(f"{code!r} is no trading code of member {asked.member} today")

    async def _changed(self, change: Callable[[Keys], object]) -> None:
        """Change the file of the keys in a thread, and let the doors know."""
        capacity = self._hall.node.market.image.settings.session_capacity

        def write() -> Keys:
            with changing(self._folder, "up") as keys:
                change(keys)
                if max((key.session for key in keys), default=0) >= capacity:
                    raise InputFault(
                        f"all {capacity - 1} sessions of a day have a key, and that of a withdrawn "
                        "one stays taken; no further key can be made"
                    )
            return keys

        keys = await asyncio.get_running_loop().run_in_executor(None, write)
        self._hall.take_keys(keys)


def put(keys: Keys, asked: AskedKey) -> None:
    """Add a key whose secret is kept elsewhere; nothing where it is there already."""
    found: Key | None = next((key for key in keys if key.name == asked.name), None)
    if found is None:
        keys.add(
            asked.name,
            asked.token_hash,
            asked.member,
            codes=asked.codes,
            rights=asked.rights,
        )
    elif found.withdrawn:
        raise InputFault(f"key {asked.name!r} was withdrawn at the doors; it stays so")
    elif found.token_hash != asked.token_hash:
        raise InputFault(f"there is a key {asked.name!r} already; take another name")
