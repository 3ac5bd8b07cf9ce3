"""RFC 3797: publicly verifiable random selection from a numbered list.

MD5 is what the RFC fixes; nothing here depends on its strength. Huiguan's own draw (``draw.py``)
uses SHA-256 and a full sort instead.
"""

import hashlib
from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated

from huiguan.foundation.cited import rule
from huiguan.foundation.faults import InputFault
from huiguan.foundation.readers.signatures import checked
from huiguan.foundation.readers.values import DECIMAL, Count, decimal, natural, shown

Source = int | Decimal | str


def read_source(value: object, what: str) -> Source | Sequence[int]:
    """Return a source: a number, a list of whole numbers, or a text with letters.

    A text that is a number with a point is that number; one of digits alone could be a number or a
    text, which the RFC writes differently.
    """
    if isinstance(value, (list, tuple)):
        return [natural(entry, what) for entry in value]
    if not isinstance(value, str):
        return decimal(value, what, 0)
    if "." in value and DECIMAL.fullmatch(value):
        return decimal(value, what, 0)
    if not value.isascii() or not any(c.isalpha() for c in value):
        raise InputFault(
            f"{what}: {shown(value)} is no text with letters in ASCII; write a number without"
            " quotation marks"
        )
    return value


def canonical(value: Source) -> str:
    """Return a number with its point, or the letters and digits of a text, as the RFC writes it."""
    if isinstance(value, str):
        return "".join(c for c in value.upper() if c.isalnum())
    whole, _, part = f"{value:f}".partition(".")
    return f"{whole}.{part.rstrip('0')}"


@rule("RFC 3797, section 4 (canonical form of the sources)", "confirmed")
@checked
def rfc3797_key(sources: Sequence[Annotated[Source | Sequence[int], read_source]]) -> str:
    """Return the key string of the random sources, in the order announced.

    A number gets a point behind it, a list of numbers is sorted, each source ends with a stroke. A
    number with a point is written as Decimal or text; a text has letters.
    Example: ``rfc3797_key([9319, [2, 5, 12, 8, 10], [9, 18, 26, 34, 41, 45]])`` is
    "9319./2.5.8.10.12./9.18.26.34.41.45./".
    """
    parts = []
    for source in sources:
        if isinstance(source, int | Decimal | str):
            parts.append(canonical(source) + "/")
        else:
            parts.append("".join(canonical(value) for value in sorted(source)) + "/")
    return "".join(parts)


@rule("RFC 3797, sections 4 and 5", "confirmed")
@checked
def rfc3797_select(key: str, pool: Count, count: Count) -> list[int]:
    """Return ``count`` numbers of 1..pool in order of selection.

    Draw i (from 0) is the MD5 of i (two bytes, big endian), the key, and i again, as one large
    number, modulo those still in the list.
    Example: ``rfc3797_select("9319./2.5.8.10.12./9.18.26.34.41.45./", 25, 10)`` is
    [17, 7, 2, 16, 25, 23, 8, 24, 19, 13].
    """
    if not key or not key.isascii():
        raise InputFault(f"the key string is ASCII, made by rfc3797_key, not {key!r}")
    if not 0 <= count <= pool <= 2**16:
        raise InputFault(f"cannot select {count} of {pool}: at most the pool, at most 65536")
    remaining = list(range(1, pool + 1))
    selected = []
    for index in range(count):
        around = index.to_bytes(2, "big")
        digest = hashlib.md5(around + key.encode("ascii") + around).digest()  # noqa: S324  the RFC
        selected.append(remaining.pop(int.from_bytes(digest, "big") % len(remaining)))
    return selected
