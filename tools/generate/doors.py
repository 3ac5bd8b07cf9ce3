"""The records of the doors: what the client ships, and the page people read."""

import inspect

from huiguan.exchange.messages import HEADER, MESSAGE_BYTES
from huiguan.floor.doors import binary, records
from huiguan.foundation.records import layout
from tools.generate.client import docstring, struct_format
from tools.generate.kinds import placed
from tools.generate.message_page import WIDTHS, table

HEADER_NAMES = [name for name, _ in HEADER]
HEAD = f'''"""Generated from huiguan.floor.doors.records; do not edit.

What a client and a door say to each other beside the messages of the exchange.
"""

from enum import IntEnum
from struct import Struct
from typing import ClassVar

import msgspec

from huiguan_client.messages import VERSION

LOG_ON_BYTES = {records.LOG_ON_BYTES}
SCHEMA = {records.SCHEMA}
'''
BASE = '''

class DoorRecord(msgspec.Struct, frozen=True, kw_only=True):
    """What a door and a client say to each other about the connection."""

    KIND: ClassVar[int]
    LAYOUT: ClassVar[Struct]

    def pack(self, session: int = 0) -> bytes:
        """Return the record as its bytes."""
        return self.LAYOUT.pack(self.KIND, VERSION, session, 0, *msgspec.structs.astuple(self))'''
TAIL = '''

def read_record(row: bytes | memoryview) -> DoorRecord | None:
    """Return the record of 64 bytes; None: it is none of the door's."""
    kind = RECORDS.get(int.from_bytes(row[:2], "little"))
    if kind is None:
        return None
    values = kind.LAYOUT.unpack(row)[len(HEADER):]
    return kind(**dict(zip(kind.__struct_fields__, values, strict=True)))
'''


def struct_of(kind: type[records.DoorRecord]) -> str:
    """Return the format of a record for the standard library's struct."""
    rows = placed(records.record_layout(kind), [*HEADER_NAMES, *kind.__struct_fields__])
    return struct_format(rows, records.record_layout(kind).itemsize)


def door_client() -> str:
    """Return the module of the client."""
    reason = records.DoorReason
    out = [HEAD, f"HEADER = {tuple(HEADER_NAMES)!r}".replace("'", '"')]
    out += ["", "", "class DoorReason(IntEnum):"]
    out += [docstring("Why a door ends a connection or does not take a record."), ""]
    out += [f"    {member.name} = {int(member)}" for member in reason]
    out += ["", "", "REASON_WORDS = {  # English, Chinese, whether trying again later can help"]
    out += [
        f'    DoorReason.{one.name}: ("{one.english}", "{one.chinese}", {one.again}),'
        for one in reason
    ]
    out += ["}", BASE]
    for kind in records.RECORDS.values():
        out += ["", "", f"class {kind.__name__}(DoorRecord, frozen=True, kw_only=True):"]
        out += [docstring(inspect.getdoc(kind) or ""), ""]
        out += [f"    KIND: ClassVar[int] = {kind.KIND}"]
        out += [f'    LAYOUT: ClassVar[Struct] = Struct("{struct_of(kind)}")', ""]
        out += [f"    {name}: int" for name in kind.__struct_fields__]
        if not kind.__struct_fields__:
            out.pop()
    out += ["", "", "RECORDS: dict[int, type[DoorRecord]] = {"]
    out += [f"    {kind.KIND}: {kind.__name__}," for kind in records.RECORDS.values()]
    return "\n".join([*out, "}", TAIL])


def door_page() -> str:
    """Return the page about the binary door."""
    out = [PAGE, *table("field", "type", "at")]
    rows = placed(layout(records.DoorRecord, HEADER, MESSAGE_BYTES), HEADER_NAMES)
    out += [f"| {name} | {WIDTHS[form]} | {at} |" for name, form, at in rows]
    for kind in records.RECORDS.values():
        size = records.record_layout(kind).itemsize
        out += ["", f"### {kind.KIND} {kind.__name__} ({size} bytes)", ""]
        out += [inspect.getdoc(kind) or ""]
        if not kind.__struct_fields__:
            out += ["", "No field of its own."]
            continue
        out += table("field", "type", "at")
        for name, form, at in placed(records.record_layout(kind), kind.__struct_fields__):
            out.append(f"| {name} | {WIDTHS[form]} | {at} |")
    out += ["", "## Reasons", *table("value", "name", "English", "中文", "try again")]
    for one in records.DoorReason:
        words = f"{one.english} | {one.chinese} | {'yes' if one.again else ''}"
        out.append(f"| {int(one)} | {one.name} | {words} |")
    return "\n".join(out) + "\n"


PAGE = f"""# The binary door (generated)

A session is one TCP connection. The client speaks first: one record of {records.LOG_ON_BYTES}
bytes, `AskLogOn`, with its key. From then on both sides send records of {MESSAGE_BYTES} bytes,
little endian, without lengths between them: the client the commands of [messages](messages.md)
(`EnterOrder`, `CancelOrder`, `CancelOrders`; the door writes the session into them), the door the
events that concern the session, and either side the records below (kinds 1 to 99).

- **Numbers.** `client_sequence` of a session rises by one with every command; `LoggedOn` says
  which one comes next. A command sent twice under one number changes nothing and is answered with
  the first outcome (`CommandRepeated`).
- **Replies.** Every event that a session is sent counts as one reply of the trading day, the
  first is 1; records of the door do not count. Who reconnects says how many it has (`last_reply`)
  and gets the rest first: `repeats` of them, then live ones. They are kept in memory as far back
  as it allows and come from the journal beyond it.
- **Trades** tell a session its own side; the other side's order id is 0 and its code -1.
  `client_sequence` of an event is 0 where somebody else's command caused it.
- **Epochs.** The same epoch goes on where it stood; a higher one begins client sequences again at
  1 and takes the session over from whoever holds it. While a session is connected the same epoch
  is refused (`ALREADY_HERE`): from `LoggedOn` on, also while it gets what it missed. Commands
  that it sends meanwhile are taken when it has everything.
- **Not taken.** What the session's rate does not allow, or what comes while no market is open,
  never reaches the exchange and uses up no number: `NotTaken` names the first one and when to
  send it again. To connect again
  does not fill the rate up.
- **Signs of life.** The door sends `Heartbeat` every {records.HEARTBEAT_MS // 1000} seconds; a
  client that says nothing (any record counts) for three times as long is cut, and
  cancel-on-disconnect takes its course after `grace_ms`.
- **Nonsense.** An unknown kind or version ends that connection with a reason and touches no
  other. So does a reader that leaves {binary.UNREAD_BYTES >> 20} MiB unread, or that takes longer
  than {binary.READING_SECONDS:.0f} seconds for {binary.AT_ONCE_BYTES >> 20} MiB of what it missed;
  it is told why at its next log-on (`earlier`).
- **Days.** `DayClosed` after the last phase, `DayOpened` when the next day is there: client
  sequences and replies begin again at 1.
- A key without the right `force` that sends an order with the offset flag force close gets
  the core's own refusal, 1014: the exchange closes by force. A key with that right
  alone gets it for every other order.
- A key that is bound to trading codes and reaches for another one gets the core's own refusal, as
  everybody does.

## Header

The same as that of a command; `session` is filled by the door, `client_sequence` is 0."""
