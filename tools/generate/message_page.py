"""The reference of messages: header, kinds, fields, offsets, enumerations, refusals."""

import inspect
from enum import IntEnum

from huiguan.exchange import messages
from huiguan.exchange.day.image import BEHAVIOUR
from huiguan.foundation.refusals import Refusal
from tools.generate.kinds import HEADER_FIELDS, KINDS, enumerations, fields, flags, held

WIDTHS = {"|i1": "int8", "<i2": "int16", "<i4": "int32", "<i8": "int64"}
HEAD = f"""# Messages (generated)

A message is {messages.MESSAGE_BYTES} bytes, little endian: header, fields of its kind, zeros.
The journal, the core and the client in `clients/python` share this layout. Message version
{messages.VERSION}, behaviour version {BEHAVIOUR}. Every number here stands in `messages.lock`: it
never changes its meaning and is never used twice.

A new kind, or a new member of an enumeration, asks for a new behaviour version (`BEHAVIOUR` in
`huiguan/exchange/day/image.py`): a day that was recorded before must not be decided otherwise under
the same version. `python -m tools.generate --check` refuses it until then, and says what to do.

## Header"""


def table(*columns: str) -> list[str]:
    """Return the head of a table."""
    return ["", f"| {' | '.join(columns)} |", "|---" * len(columns) + "|"]


def header_rows() -> list[str]:
    """Return a row for every field of the header of commands and events."""
    common = {name for name, _ in messages.HEADER}
    return [
        f"| {name} | {WIDTHS[form]} | {at} | {'all' if name in common else 'events'} |"
        for name, form, at in HEADER_FIELDS
    ]


def kind_section(kind: type[messages.Message]) -> list[str]:
    """Return what the page says of a kind."""
    out = ["", f"## {kind.KIND} {kind.__name__}", "", inspect.getdoc(kind) or ""]
    rows, words, no_or_yes = fields(kind), held(kind), flags(kind)
    if not rows:
        return [*out, "", "No field of its own."]
    out += table("field", "type", "at", "holds")
    for name, form, at in rows:
        word = words.get(name)
        link = f"[{word.__name__}](#{word.__name__.lower()})" if word else ""
        link = "0 or 1" if name in no_or_yes else link
        out.append(f"| {name} | {WIDTHS[form]} | {at} | {link} |")
    return out


def word_section(word: type[IntEnum]) -> list[str]:
    """Return what the page says of an enumeration."""
    out = ["", f"### {word.__name__}", "", inspect.getdoc(word) or "", *table("value", "name")]
    return out + [f"| {int(member)} | {member.name} |" for member in word]


def refusal_section() -> list[str]:
    """Return every refusal: number, name, words, article, codes of FIX and CTP."""
    columns = ("value", "name", "English", "中文", "article", "FIX", "CTP", "try again")
    out = ["", "### Refusal", "", "Why a command changed nothing.", *table(*columns)]
    for refusal in Refusal:
        words = f"{refusal.english} | {refusal.chinese} | {refusal.article}"
        codes = f"{refusal.fix_code or ''} | {refusal.ctp_code or ''}"
        again = "yes" if refusal.transient else ""
        out.append(f"| {int(refusal)} | {refusal.name} | {words} | {codes} | {again} |")
    return out


def message_page() -> str:
    """Return the page people read about commands and events."""
    out = [HEAD, *table("field", "type", "at", "in"), *header_rows()]
    for kind in KINDS:
        out += kind_section(kind)
    out += ["", "## Enumerations", "", "Numbers of messages, day images and day results."]
    for word in enumerations():
        out += refusal_section() if word is Refusal else word_section(word)
    return "\n".join(out) + "\n"
