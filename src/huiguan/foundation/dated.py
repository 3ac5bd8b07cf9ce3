"""Which of several dated rows applies: of those that match the newest, of equals the narrowest."""

from collections.abc import Callable, Iterable
from typing import Any, Protocol, TypeVar


class Dated(Protocol):
    """A row with the first trading day on which it applies (``yyyymmdd``)."""

    @property
    def effective(self) -> int: ...


R = TypeVar("R", bound=Dated)


def applicable(
    rows: Iterable[R],
    day: int,
    matches: Callable[[R], bool] = lambda _row: True,
    narrowness: Callable[[R], Any] = lambda _row: 0,
) -> R | None:
    """Return the row that applies on ``day``, or None.

    Rows that begin later or do not match are left out; the newest of the rest counts, and of
    rows equally new the one with the greatest ``narrowness``.
    """
    candidates = [row for row in rows if row.effective <= day and matches(row)]
    return max(candidates, key=lambda row: (row.effective, narrowness(row)), default=None)
