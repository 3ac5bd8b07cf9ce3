"""Rules as dated, cited data, and the mark of a rule that is code.

A row says from when it counts, where it stands, who says so and how sure we are. It is never
edited: a newer row ends it. ``docs/reference/rules.md`` is generated from the marks, so that
outsiders find and call the functions.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, Generic, Literal, Protocol, TypeVar, get_args

import msgspec

F = TypeVar("F", bound=Callable[..., object])
Day = TypeVar("Day", int, date)  # the exchange writes its days yyyymmdd, the homes as dates
R = TypeVar("R", bound="Row[Any]")

Status = Literal["confirmed", "secondary", "unconfirmed", "assumed", "invented"]
STATUSES: tuple[Status, ...] = get_args(Status)
NEED_AN_ADDRESS = ("confirmed", "secondary")
ASSUMED = re.compile(r"\bassumed\b", re.IGNORECASE)


class Row(msgspec.Struct, Generic[Day], frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A dated value with its origin; a kind of row adds its fields."""

    effective: Day
    article: str
    source: str  # key of a ``sources.toml``
    status: Status
    note: str = ""


class Source(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a row was read: a title and an address, a file, or nothing that can be opened."""

    title: str
    where: str


class Cited(Protocol):
    """Whatever names a source and how sure we are: a row, a product, a year of a calendar."""

    @property
    def source(self) -> str: ...
    @property
    def status(self) -> Status: ...


def citation_fault(cited: Cited, sources: Mapping[str, Source]) -> str:
    """Return what is wrong with the origin of a value, or "".

    A source that is not listed, an article that names nothing, a status that its source or its own
    note does not bear.
    """
    if cited.source not in sources:
        return f"source {cited.source!r} is not in sources.toml; add it there"
    if not getattr(cited, "article", "-"):
        return "article is empty; say where the rule stands"
    if cited.status in NEED_AN_ADDRESS and not sources[cited.source].where:
        return f"{cited.status} needs a source with an address"
    if cited.status == "confirmed" and ASSUMED.search(getattr(cited, "note", "")):
        return (
            "its note says that something is assumed, so its status cannot be confirmed; write"
            " assumed, or confirm it and say so"
        )
    return ""


def applicable(
    rows: Iterable[R],
    day: Any,  # noqa: ANN401  an int or a date, as the rows have it
    matches: Callable[[R], bool] = lambda _row: True,
    narrowness: Callable[[R], Any] = lambda _row: 0,
) -> R | None:
    """Return the row that applies on ``day``, or None.

    Rows that begin later or do not match are left out; the newest of the rest counts, and of
    rows equally new the one with the greatest ``narrowness``.
    """
    candidates = [row for row in rows if row.effective <= day and matches(row)]
    return max(candidates, key=lambda row: (row.effective, narrowness(row)), default=None)


def rule(article: str, status: Status) -> Callable[[F], F]:
    """Return a decorator that notes ``article`` (where the rule stands) and ``status`` on it."""
    assert status in STATUSES, status

    def mark(function: F) -> F:
        function.__rule__ = (article, status)  # type: ignore[attr-defined]
        return function

    return mark
