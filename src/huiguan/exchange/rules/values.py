"""Values of a book of an exchange: their range, and how a person writes them."""

from typing import Annotated, Literal

import msgspec

from huiguan.foundation.faults import InputFault
from huiguan.foundation.readers.values import shown, whole_number
from huiguan.foundation.readers.written import Written, read_day

NO_END = 999_912  # the last month of a range without an end
CLOCK = r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?"
PHASES = (
    "before_trading|no_trading|continuous|auction_ordering|auction_balance|auction_match|closed"
)


def parse_month(text: str) -> int:
    """Return ``yyyymm`` of "2609" (or "9907"); two-digit years from 90 on are 19xx."""
    if len(text) != 4 or not text.isascii() or not text.isdigit() or not 1 <= int(text[2:]) <= 12:
        raise InputFault(f"{text!r} is not a contract month; write it like 2609")
    year = int(text[:2])
    return (1900 + year if year >= 90 else 2000 + year) * 100 + int(text[2:])


def contract_month(value: object, what: str) -> int:
    """Return a contract month written ``yyyymm``, of the years that calendars may know."""
    month = whole_number(value, what, 199_001, 299_912)
    if not 1 <= month % 100 <= 12:
        raise InputFault(f"{what}: {month} is no month; write one like 202609")
    return month


def read_month(value: object) -> int:
    """Return the contract month of a text."""
    if not isinstance(value, str):
        raise InputFault(f'{shown(value)} must be in quotes, like "2609"')
    return parse_month(value)


def read_ranges(value: object) -> list[tuple[int, int]]:
    """Return ranges of contract months of "2609-2702, 2705, 2707-"."""
    if not isinstance(value, str):
        raise InputFault(f'{shown(value)} must be in quotes, like "2609-2702"')
    ranges = []
    for part in value.split(","):
        first, dash, last = part.strip().partition("-")
        start = parse_month(first) if first else 0
        end = (parse_month(last) if last else NO_END) if dash else start
        if end < start or not (first or last):
            raise InputFault(f"{part.strip()!r} is not a range of contract months like 2609-2702")
        ranges.append((start, end))
    return ranges


def read_listing_day(value: object) -> int:
    """Return the day a contract month was listed, or 0 where it never was."""
    return 0 if value == 0 and not isinstance(value, bool) else read_day(value)


Month = Annotated[int, contract_month]
Direction = Literal["down", "up", "half_up", "half_even"]
WithCircular = Literal["higher", "added"]
Natural = Annotated[int, msgspec.Meta(ge=0)]
Positive = Annotated[int, msgspec.Meta(ge=1)]
MonthNumber = Annotated[int, msgspec.Meta(ge=1, le=12)]
StageNumber = Annotated[int, msgspec.Meta(ge=-1, le=60)]
ContractMonth = Annotated[int, Written('contract month: "2609"', read_month)]
ContractRanges = Annotated[
    tuple[tuple[int, int], ...], Written('contract months: "2609-2702, 2705, 2707-"', read_ranges)
]
ListingDay = Annotated[int, Written("date: 2026-08-21, or 0 for never", read_listing_day)]
Entry = Annotated[
    str,
    msgspec.Meta(pattern=f"^{CLOCK} ({PHASES})$"),
    Written('times and phases like "20:55 auction_ordering"'),
]
NightEnd = Annotated[
    str, msgspec.Meta(pattern=f"^(none|{CLOCK})$"), Written('a time like "01:00", or "none"')
]
