"""The declarations that the Python client ships: enumerations, kinds, places of fields."""

import inspect
from enum import IntEnum
from textwrap import indent

from huiguan.exchange import messages
from huiguan.foundation.refusals import Refusal
from tools.generate.kinds import HEADER_FIELDS, HOMES, KINDS, enumerations, fields, flags, held, tag

CODES = {"|i1": "b", "<i2": "h", "<i4": "i", "<i8": "q"}  # of the standard library's struct
HEAD = f'''"""Generated from huiguan.exchange.messages; do not edit.

``LAYOUT`` of a kind unpacks its {messages.MESSAGE_BYTES} bytes, header first; ``OFFSETS`` says
where each of its fields stands. Numbers are pinned in ``messages.lock``.
"""

from enum import IntEnum
from struct import Struct
from typing import Annotated, ClassVar

import msgspec

MESSAGE_BYTES = {messages.MESSAGE_BYTES}
VERSION = {messages.VERSION}
Flag = Annotated[int, msgspec.Meta(ge=0, le=1)]  # no, yes'''
BASES = '''

class Message(msgspec.Struct, frozen=True, kw_only=True):
    """A row of whole numbers; the header in front of it says who sent it."""

    KIND: ClassVar[int]
    LAYOUT: ClassVar[Struct]
    OFFSETS: ClassVar[dict[str, int]]


class Command(Message, frozen=True, kw_only=True):
    """What somebody asks for; answered by exactly one outcome event."""


class Event(Message, frozen=True, kw_only=True):
    """What happened; its header names the command that caused it."""'''


def struct_format(rows: list[tuple[str, str, int]], size: int = messages.MESSAGE_BYTES) -> str:
    """Return the format of fields for the standard library's struct, gaps and padding written."""
    parts, end = ["<"], 0
    for _, form, at in rows:
        parts += [f"{at - end}x"] * (at > end) + [CODES[form]]
        end = at + int(form[-1])
    rest = size - end
    return "".join(parts + [f"{rest}x"] * (rest > 0))


def docstring(promise: str) -> str:
    """Return the docstring of a class; one of several lines ends on a line of its own."""
    return indent(f'"""{promise}' + ("\n" if "\n" in promise else "") + '"""', "    ")


def word_lines(word: type[IntEnum]) -> list[str]:
    """Return the declaration of an enumeration."""
    promise = "Why a command changed nothing." if word is Refusal else inspect.getdoc(word) or ""
    out = ["", "", f"class {word.__name__}(IntEnum):", docstring(promise), ""]
    return out + [f"    {name} = {int(member)}" for name, member in word.__members__.items()]


def kind_lines(kind: type[messages.Message]) -> list[str]:
    """Return the declaration of a kind."""
    is_event = issubclass(kind, messages.Event)
    header = HEADER_FIELDS if is_event else HEADER_FIELDS[: len(messages.HEADER)]
    rows, words = fields(kind), held(kind)
    base = "Event" if is_event else "Command"
    out = ["", "", f'class {kind.__name__}({base}, frozen=True, kw_only=True, tag="{tag(kind)}"):']
    out += [docstring(inspect.getdoc(kind) or ""), "", f"    KIND: ClassVar[int] = {kind.KIND}"]
    out += [f'    LAYOUT: ClassVar[Struct] = Struct("{struct_format([*header, *rows])}")']
    if not rows:
        return [*out, "    OFFSETS: ClassVar[dict[str, int]] = {}"]
    out += ["    OFFSETS: ClassVar[dict[str, int]] = {"]
    out += [f'        "{name}": {at},' for name, _, at in rows]
    out += ["    }", ""]
    types = {name: word.__name__ for name, word in words.items()}
    types |= dict.fromkeys(flags(kind), "Flag")
    return out + [f"    {name}: {types.get(name, 'int')}" for name, _, _ in rows]


def client() -> str:
    """Return the module: no NumPy, no huiguan."""
    out = [HEAD]
    for word in enumerations():
        out += word_lines(word)
    out += ["", "", "REFUSAL_WORDS = {  # English, Chinese; of those that a trading day knows"]
    out += [
        f'    Refusal.{refusal.name}: ("{refusal.english}", "{refusal.chinese}"),'
        for refusal in Refusal
        if refusal < HOMES
    ]
    out += ["}", BASES]
    for kind in KINDS:
        out += kind_lines(kind)
    out += ["", "", "KINDS: dict[int, type[Message]] = {"]
    out += [f"    {kind.KIND}: {kind.__name__}," for kind in KINDS]
    return "\n".join([*out, "}"]) + "\n"
