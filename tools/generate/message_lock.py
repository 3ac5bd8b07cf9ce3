"""``messages.lock``: every number that was ever published, so that none is used twice.

A line is what stands (a kind, a field with width and offset, the enumeration a field holds, a
member with its value) and since which version. What stands never changes and never goes. What is
new is accepted by writing it, and asks for a new version where old readers would take it for
something else: a kind or a member for a new behaviour version, a field for a new message version.
"""

import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from enum import IntEnum
from pathlib import Path
from typing import Literal, NamedTuple

from huiguan.exchange import messages
from huiguan.exchange.day.image import BEHAVIOUR
from huiguan.exchange.market_data.records import FEED_VERSION, FeedRecord
from huiguan.foundation.refusals import Refusal
from tools.generate.kinds import (
    DELIVERY,
    HEADER_FIELDS,
    HOMES,
    KINDS,
    OF_FEED,
    enumerations,
    fields,
    held,
    record_fields,
    tag,
)

LOCK = Path("messages.lock")
SINCE = re.compile(r" (since )?(behaviour|version|feed) (?P<number>\d+)$")

# Additions that decide no recorded day differently, and so keep the behaviour version: a kind by
# its tag, an enumeration or one member by its name; and why.
SAME_BEHAVIOUR: dict[str, str] = {
    "SelfTrade": "a choice that the image has to allow; code of before refuses such an image",
    "CancelReason.SELF_TRADE": "needs that choice",
    "Closing": "a choice that code of before can not replay: hashes of events and state differ",
    "Refusal.NOT_ENOUGH_TO_CLOSE": "needs that choice",
    "FeeClass": "names for 0 to 2, the rows of a fee that images had from the first day",
    "Taker": "stands in public packets alone, which decide nothing",
    "PacketKind": "stands in public packets alone, which decide nothing",
}

# Fields that took zeros of a kind's padding and keep the message version: 0 says what their absence
# said, and code of before can not go on with a day that heeds another number.
SAME_VERSION: dict[str, str] = {
    "log_on.self_trade": "counts on days whose image has the choice; code of before refuses these",
    "log_on.closing": "code of before stops where its hash of events or of the state differs",
    "order_entered.other_lots": "0 but where that choice splits an order",
}


class Versions(NamedTuple):
    """What the code says it is."""

    message: int = messages.VERSION
    behaviour: int = BEHAVIOUR
    feed: int = FEED_VERSION


class Pin(NamedTuple):
    """Something that stands for good."""

    sort: Literal["version", "kind", "field", "held", "member", "record", "record field"]
    owner: str  # the kind of a field, the enumeration of a member
    name: str
    stands: str


def pins(
    kinds: Iterable[type[messages.Message]], words: Iterable[type[IntEnum]], versions: Versions
) -> Iterator[Pin]:
    """Yield everything that stands, in the order of the lock."""
    for what, last in zip(("version", "behaviour", "feed"), versions, strict=True):
        for number in range(1, last + 1):
            yield Pin("version", "", "", f"{what} {number}")
    for field, form, at in HEADER_FIELDS:
        yield Pin("field", "header", f"header.{field}", f"header.{field} {form} at {at}")
    for kind in kinds:
        name, holds = tag(kind), held(kind)
        yield Pin("kind", name, name, f"{kind.KIND} {name}")
        for field, form, at in fields(kind):
            place = f"{kind.KIND} {name}.{field}"
            yield Pin("field", name, f"{name}.{field}", f"{place} {form} at {at}")
            if field in holds:
                yield Pin("held", name, field, f"{place} holds {holds[field].__name__}")
    yield from feed_pins()
    for word in words:
        for member, value in word.__members__.items():
            name = f"{word.__name__}.{member}"
            yield Pin("member", word.__name__, name, f"{name} = {int(value)}")


def feed_pins() -> Iterator[Pin]:
    """Yield what stands in the public feed: the header of packets, and every record."""
    for kind in OF_FEED:
        name = first = "packet"
        if issubclass(kind, FeedRecord):
            name, first = tag(kind), f"{kind.KIND} {tag(kind)}"
            yield Pin("record", name, name, first)
        holds = held(kind)
        for field, form, at in record_fields(kind):
            yield Pin("record field", name, f"{name}.{field}", f"{first}.{field} {form} at {at}")
            if field in holds:
                yield Pin("held", name, field, f"{first}.{field} holds {holds[field].__name__}")


def published_lines(lock: str) -> dict[str, str]:
    """Return the lines of a lock by what stands in them."""
    return {SINCE.sub("", line): line for line in lock.splitlines()}


def published_versions(published: Mapping[str, str]) -> Versions:
    """Return the last versions that a lock knows; 0 where it knows none."""
    numbers = {"version": 0, "behaviour": 0, "feed": 0}
    for line in published.values():
        if found := SINCE.search(f" {line}"):
            numbers[found[2]] = max(numbers[found[2]], int(found["number"]))
    return Versions(*numbers.values())


def decides_days(pin: Pin, same_behaviour: Mapping[str, str]) -> bool:
    """Return whether a new pin asks for a new behaviour version."""
    if pin.sort not in ("kind", "member") or {pin.owner, pin.name} & same_behaviour.keys():
        return False
    if pin.owner != Refusal.__name__:
        return True
    number = int(pin.stands.rpartition(" ")[2])
    return number < HOMES and number not in DELIVERY


def faults(
    published: Mapping[str, str],
    found: Iterable[Pin],
    versions: Versions,
    same_behaviour: Mapping[str, str] = SAME_BEHAVIOUR,
    same_version: Mapping[str, str] = SAME_VERSION,
) -> list[str]:
    """Return why the lock may not be written, one sentence each, with what to do."""
    found, before = list(found), published_versions(published)
    lost = published.keys() - {pin.stands for pin in found}
    said = [
        f"{line!r} is published and may not change or go, for recorded days and clients hold it: "
        "put it back, and give what is new a number of its own"
        for line in sorted(lost)
    ]
    known = {pin.owner for pin in found if pin.stands in published}
    unknown = {pin.owner for pin in found if pin.sort == "member"} - known
    said += [
        f"{word!r} is an enumeration that is new here: where its numbers stay in memory, name it "
        "in IN_MEMORY of tools/generate/kinds.py; where they are written, read on"
        for word in sorted(unknown - same_behaviour.keys())
        if published
    ]
    for pin in found:
        if pin.stands in published:
            continue
        if versions.behaviour <= before.behaviour and decides_days(pin, same_behaviour):
            said.append(
                f"{pin.stands!r} is new, and the behaviour version is still {versions.behaviour}: "
                "code of before would decide the same journal otherwise, under the same version; "
                "raise BEHAVIOUR in huiguan/exchange/day/image.py and name the change under "
                "Outcomes in CHANGELOG.md, or, where no recorded day can meet it, list "
                f"{pin.name!r} with the reason in SAME_BEHAVIOUR of tools/generate/message_lock.py"
            )
        raised = versions.message > before.message or pin.name in same_version
        if pin.sort == "field" and pin.owner in known and not raised:
            said.append(
                f"{pin.stands!r} is a new field, and the message version is still "
                f"{versions.message}: readers of before would take it for padding; "
                "raise VERSION in huiguan/exchange/messages.py, or, where 0 says what its absence "
                f"said and no day of before heeds another number, list {pin.name!r} with the "
                "reason in SAME_VERSION of tools/generate/message_lock.py"
            )
        if pin.sort == "record field" and pin.owner in known and versions.feed <= before.feed:
            said.append(
                f"{pin.stands!r} is a new field, and the feed version is still {versions.feed}: "
                "readers of before would take it for padding; raise FEED_VERSION in "
                "huiguan/exchange/market_data/records.py"
            )
    return said


def ending(pin: Pin, versions: Versions) -> str:
    """Return what a new line says behind what stands."""
    if pin.sort == "kind":
        return f" version {versions.message}"
    if pin.sort == "field":
        return f" since version {versions.message}"
    if pin.sort in ("record", "record field"):
        return f" since feed {versions.feed}"
    return f" since behaviour {versions.behaviour}" if decides_days(pin, {}) else ""


def lock_text(published: Mapping[str, str], found: Iterable[Pin], versions: Versions) -> str:
    """Return the lock: what stood as it was written, what is new with its version."""
    lines = [published.get(pin.stands, pin.stands + ending(pin, versions)) for pin in found]
    return "\n".join(lines) + "\n"


def message_lock() -> str:
    """Return the lock as it is to be; what may not be ends the program with its sentences."""
    versions = Versions()
    found = list(pins(KINDS, enumerations(), versions))
    published = published_lines(LOCK.read_text("utf-8")) if LOCK.exists() else {}
    if said := faults(published, found, versions):
        sys.exit("\n".join(f"{LOCK}: {sentence}" for sentence in said))
    return lock_text(published, found, versions)
