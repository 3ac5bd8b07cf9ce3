"""What must hold between rows: known sources, no overlap, no gap, no stage lost on the way."""

from collections.abc import Sequence
from itertools import combinations, pairwise
from pathlib import Path

from huiguan.exchange.rules.dated import ContractRow, MarketRow
from huiguan.exchange.rules.instruments import narrowness
from huiguan.exchange.rules.rows import (
    KINDS,
    LastDay,
    ListingMonths,
    NamedRow,
    OpenInterestLadder,
    OrderFee,
    OrderSize,
    Product,
    Schedule,
    Terms,
    Venue,
)
from huiguan.foundation.calendars import show_day
from huiguan.foundation.faults import InputFault

LARGEST_LOT = 10**9  # units; values of whole positions stay far inside int64


def ranges_meet(one: tuple[tuple[int, int], ...], other: tuple[tuple[int, int], ...]) -> bool:
    """Return whether two selections of contract months share one."""
    return any(a <= d and c <= b for a, b in one for c, d in other)


def overlap(one: MarketRow, other: MarketRow) -> bool:
    """Return whether two rows of one kind would both count for some contract on some day."""
    if one.effective != other.effective or narrowness(one) != narrowness(other):
        return False
    if isinstance(one, NamedRow) and isinstance(other, NamedRow):
        return one.contract == other.contract
    if not isinstance(one, ContractRow) or not isinstance(other, ContractRow):
        return True
    if one.contracts and not ranges_meet(one.contracts, other.contracts):
        return False
    return not one.months or bool(set(one.months) & set(other.months))


def stages(rows: Sequence[MarketRow]) -> set[int]:
    """Return the stages of life that rows distinguish."""
    return {narrowness(row)[1] for row in rows} - {0}


def is_plain(row: MarketRow) -> bool:
    """Return whether a row holds for every contract at every time."""
    return narrowness(row) == (False, 0, False)


def check_rows(path: Path, kind: str, rows: Sequence[MarketRow]) -> None:
    """Refuse overlapping rows, and a newer table that hides the stages of an older one."""
    for one, other in combinations(rows, 2):
        if overlap(one, other):
            raise InputFault(
                f"{path}, [[{kind}]]: two rows from {show_day(one.effective)} hold for the same"
                " contract; narrow one of them"
            )
    seen: set[int] = set()
    for effective in sorted({row.effective for row in rows}):
        table = [row for row in rows if row.effective == effective]
        lost = seen - stages(table)
        if lost and any(is_plain(row) for row in table):
            raise InputFault(
                f"{path}, [[{kind}]]: the row from {show_day(effective)} for all contracts would"
                " hide the stages of an older one; repeat the stages with it"
            )
        seen |= stages(table)


def check_values(path: Path, product: Product) -> None:
    """Refuse ticks finer than the product's prices, grids without months, days that are none."""
    for row in product.rows.get("months", ()):
        assert isinstance(row, ListingMonths)
        if not row.then_of and (row.then_count or row.then_within):
            raise InputFault(
                f"{path}, [[months]] from {show_day(row.effective)}: then_count and then_within"
                " need the months of the grid in then_of"
            )
    for row in product.rows.get("last_day", ()):
        assert isinstance(row, LastDay)
        highest = {"day_of_month": 28, "last_weekday": 5}.get(row.rule, 0)
        if not min(highest, 1) <= row.day <= highest:
            raise InputFault(
                f"{path}, [[last_day]] from {show_day(row.effective)}: day {row.day} does not fit"
                f" {row.rule}"
            )
    for row in product.rows.get("terms", ()):
        assert isinstance(row, Terms)
        scaled = row.tick.scaleb(product.price_decimals)
        if row.tick <= 0 or scaled != scaled.to_integral_value():
            raise InputFault(
                f"{path}, [[terms]] from {show_day(row.effective)}: tick {row.tick} is not a"
                f" positive multiple of 10^-{product.price_decimals}"
            )


def check_schedules(path: Path, rows: Sequence[MarketRow]) -> None:
    """Refuse phases that do not follow each other in time; a night may pass midnight once."""
    for row in rows:
        if not isinstance(row, Schedule):
            return
        for name in ("night", "day", "day_after_night"):
            times = [phase.partition(" ")[0] for phase in getattr(row, name)]
            steps_back = sum(later < earlier for earlier, later in pairwise(times))
            if steps_back > (name == "night"):
                raise InputFault(
                    f"{path}, [[schedule]] from {show_day(row.effective)}: the times of {name} must"
                    " rise"
                )


def check_sizes(path: Path, rows: Sequence[MarketRow]) -> None:
    """Refuse orders whose least size is above the largest, and lots beyond the core's numbers."""
    for row in rows:
        if isinstance(row, OrderSize) and row.minimum_lots > row.maximum_lots:
            raise InputFault(
                f"{path}, [[order_size]] from {show_day(row.effective)}: minimum_lots"
                f" {row.minimum_lots} is above maximum_lots {row.maximum_lots}"
            )
        if isinstance(row, Terms) and row.lot_size > LARGEST_LOT:
            raise InputFault(
                f"{path}, [[terms]] from {show_day(row.effective)}: lot_size {row.lot_size} is"
                f" above {LARGEST_LOT:,}"
            )


def check_tiers(path: Path, kind: str, rows: Sequence[MarketRow]) -> None:
    """Refuse tiers of unequal length or falling bounds."""
    for row in rows:
        if isinstance(row, OrderFee):
            columns = [row.above, row.low_fen, row.high_fen]
        elif isinstance(row, OpenInterestLadder):
            columns = [row.above, row.margins_ppb]
        else:
            return
        if len({len(column) for column in columns}) > 1 or list(row.above) != sorted({*row.above}):
            raise InputFault(
                f"{path}, [[{kind}]] from {show_day(row.effective)}: every list must have one"
                " entry a tier, and the bounds must rise"
            )


def check_book(path: Path, product: Product, venue: Venue) -> None:
    """Refuse a product whose rows overlap, contradict themselves, or leave a kind without value."""
    check_values(path, product)
    for owner in (product, venue):
        book = path if owner is product else Path(path.parent.name) / "venue.toml"
        for kind, rows in owner.rows.items():
            check_rows(book, kind, rows)
            check_tiers(book, kind, rows)
            check_schedules(book, rows)
            check_sizes(book, rows)
    missing = [
        f"[[{kind}]]"
        for kind, row in KINDS.items()
        if not issubclass(row, NamedRow)
        and not holds_from(product.listed, (*product.rows.get(kind, ()), *venue.rows.get(kind, ())))
    ]
    if missing:
        raise InputFault(
            f"{path}: {', '.join(missing)}: no row for all contracts from"
            f" {show_day(product.listed)}, when the product was listed; add one here or to the"
            " venue (status assumed, with the reason, if it is not known)"
        )


def holds_from(listed: int, rows: Sequence[MarketRow]) -> bool:
    """Return whether a plain row is in force on the day a product was listed."""
    return any(is_plain(row) and row.effective <= listed for row in rows)
