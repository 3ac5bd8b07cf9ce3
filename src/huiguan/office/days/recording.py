"""A closed day is recorded in the database: in one transaction, once, and nothing it does not hold.

What is recorded is read from the day folder, whose files prove themselves, and named by its hashes:
who has the folder can check every figure. A correction is a further version beside the one before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from django.db import transaction
from django.utils import timezone

from huiguan.days.cleared import is_closed
from huiguan.days.hashes import HASHES_NAME, read_hashes
from huiguan.days.versions import result_versions
from huiguan.exchange.day.image import image_digest
from huiguan.exchange.day.result import result_digest
from huiguan.foundation.faults import CheckFault, Fault
from huiguan.office.days import floor
from huiguan.office.days.models import (
    RecordedDay,
    RecordedForced,
    RecordedMorning,
    RecordedPool,
)
from huiguan.office.people import record
from huiguan.storage.change import CHANGE
from huiguan.storage.market.day_folder import DayFolder, verify_manifest
from huiguan.storage.market.day_image import read_image
from huiguan.storage.market.opening import OPENING_NAME, read_opening
from huiguan.storage.market.versions import RESULTS, kept_versions

if TYPE_CHECKING:
    from pathlib import Path

    from django.db.models import Model

    from huiguan.exchange.clearing.liquidation import ForceClose
    from huiguan.exchange.day.image import DayImage
    from huiguan.storage.market.day_result import WrittenResult

RECORD_DAY, RECORD_MORNING = "record day", "record morning"
AT_ONCE = 2_000  # rows of one statement
POOL = tuple(
    f"{name}_fen"
    for name in (
        *("previous_cash", "deposits", "withdrawals", "profit", "fees", "order_fees", "cash"),
        *("margin", "usable", "balance", "minimum", "call"),
    )
)


def closed_roots() -> list[Path]:
    """Return the folders of closed days, in order."""
    found = floor.days_folder().glob("[0-9]" * 8)
    return sorted(root for root in found if is_closed(root))


def record_closed() -> int:
    """Record what was closed or corrected since; return how many versions were new.

    A folder that is being changed, or that does not prove itself, is left for the next time.
    """
    known = set(RecordedDay.objects.values_list("trading_day", "version"))
    new = 0
    for root in closed_roots():
        versions = 1 + len(kept_versions(root, RESULTS))
        if (int(root.name), versions) in known or (root / CHANGE).exists():
            continue
        try:
            verify_manifest(root)
            image, written = read_image(DayFolder(root).image), result_versions(root)
            hashes = read_hashes(root / HASHES_NAME)
        except (Fault, OSError):  # the checklist says what is wrong with it
            continue
        for version, one in enumerate(written, 1):
            if (int(root.name), version) not in known:
                new += record_day(image=image, written=one, hashes=hashes, version=version)
    return new


@transaction.atomic
def record_day(
    *, image: DayImage, written: WrittenResult, hashes: dict[str, Any], version: int
) -> bool:
    """Write one version of a closed day: the day, its pools, the line of the record, or nothing.

    False where it is there already.
    """
    record.one_at_a_time()
    day, pools = rows_of(image, written, hashes, version)
    same = {"trading_day": day.trading_day, "version": version}
    if RecordedDay.objects.filter(**same).exists():
        return False
    day.recorded_at = timezone.now()
    day.save(force_insert=True)
    for pool in pools:
        pool.day = day
    RecordedPool.objects.bulk_create(pools, batch_size=AT_ONCE)
    facts = {
        "trading day": day.trading_day,
        "version": version,
        "result": day.result_hash,
        "day": day.day_hash,
        "pools": day.pools,
        "calls": day.calls,
    }
    subject = f"day {day.trading_day}"
    record.write(actor=None, action=RECORD_DAY, subject=subject, facts=facts)
    return True


def record_mornings() -> int:
    """Record, of every recorded day, what the next morning closes by force; return how many.

    Only a morning that was made of the version that is recorded: its opening names the hash.
    """
    new = 0
    for day in RecordedDay.objects.filter(morning=None).order_by("trading_day", "version"):
        root = floor.days_folder() / str(day.next_trading_day)
        if not (root / OPENING_NAME).exists() or (root / CHANGE).exists():
            continue
        try:
            opening, image = read_opening(root), read_image(DayFolder(root).image)
        except (Fault, OSError):  # the checklist says what is wrong with it
            continue
        if opening.source == day.result_hash:
            record_morning(day=day, image=image, closes=opening.forced_closes)
            new += 1
    return new


@transaction.atomic
def record_morning(*, day: RecordedDay, image: DayImage, closes: list[ForceClose]) -> None:
    """Write what is closed by force after a day, its line of the record, or nothing."""
    record.one_at_a_time()
    if RecordedMorning.objects.filter(day=day).exists():
        return
    morning, forced = morning_rows(day, image, closes)
    morning.recorded_at = timezone.now()
    morning.save(force_insert=True)
    RecordedForced.objects.bulk_create(forced, batch_size=AT_ONCE)
    facts = {
        "trading day": morning.trading_day,
        "forced liquidations": morning.forced,
        "lots": morning.forced_lots,
    }
    subject = f"day {day.trading_day}"
    record.write(actor=None, action=RECORD_MORNING, subject=subject, facts=facts)


def morning_rows(
    day: RecordedDay, image: DayImage, closes: list[ForceClose]
) -> tuple[RecordedMorning, list[RecordedForced]]:
    """Return what is recorded of the morning after a day, not yet saved."""
    trading_day = image.settings.trading_day
    forced = [
        RecordedForced(
            day=day,
            place=place,
            trading_day=trading_day,
            trading_code=row.trading_code,
            instrument=row.instrument,
            side=row.side,
            hedging=row.hedging,
            lots=row.lots,
            reason=row.reason.name.lower(),
        )
        for place, row in enumerate(closes, 1)
    ]
    morning = RecordedMorning(
        day=day,
        trading_day=trading_day,
        image_hash=image_digest(image).hex(),
        forced=len(forced),
        forced_lots=sum(row.lots for row in forced),
    )
    return morning, forced


def rows_of(
    image: DayImage, written: WrittenResult, hashes: dict[str, Any], version: int
) -> tuple[RecordedDay, list[RecordedPool]]:
    """Return what is recorded of a version of a closed day, not yet saved."""
    result = written.result
    pools, contracts, settings_of = result.pools, result.contracts, result.settings
    correction = written.correction
    day = RecordedDay(
        trading_day=settings_of.trading_day,
        version=version,
        next_trading_day=settings_of.next_trading_day,
        day_hash=hashes["day"],
        image_hash=image_digest(image).hex(),
        result_hash=result_digest(result).hex(),
        rulebook_hash=settings_of.rulebook_digest,
        commands=hashes["sequence"],
        trades=len(result.trades),
        volume_lots=total(contracts, "volume_lots"),
        turnover_fen=total(contracts, "turnover_fen"),
        contracts=len(contracts),
        accounts=len(result.accounts),
        pools=len(pools),
        calls=int(np.count_nonzero(pools["call_fen"])),
        reductions=len(result.reductions),
        cash_fen=total(pools, "cash_fen"),
        margin_fen=total(pools, "margin_fen"),
        fees_fen=total(pools, "fees_fen") + total(pools, "order_fees_fen"),
        call_fen=total(pools, "call_fen"),
        reserve_share_fen=settings_of.reserve_share_fen,
        why=correction.reason if correction else "",
    )
    columns = [pools[name].tolist() for name in ("member", "house", *POOL)]
    members = image.names.members
    of_pools = [
        RecordedPool(
            member=members[member], house=bool(house), **dict(zip(POOL, rest, strict=True))
        )
        for member, house, *rest in zip(*columns, strict=True)
    ]
    return day, of_pools


def total(rows: np.ndarray, name: str) -> int:
    """Return the exact sum of a column, of any size."""
    return sum(rows[name].tolist())


def told_fields(kind: type[Model]) -> tuple[str, ...]:
    """Return the fields of a table that a folder decides."""
    names = [field.attname for field in kind._meta.fields]  # noqa: SLF001  as Django names it
    return tuple(name for name in names if name not in ("id", "recorded_at"))


FIELDS, MORNING_FIELDS, FORCED_FIELDS = map(
    told_fields, (RecordedDay, RecordedMorning, RecordedForced)
)


def check_days() -> int:
    """Prove that what is recorded is what the day folders hold; return how many versions.

    Raises ``CheckFault`` naming the first day that differs or has no folder any more.
    """
    checked = 0
    for trading_day in (
        RecordedDay.objects.order_by("trading_day").values_list("trading_day", flat=True).distinct()
    ):
        root = floor.days_folder() / str(trading_day)
        if not is_closed(root):
            raise CheckFault(f"day {trading_day} is recorded and has no closed folder; restore it")
        image, hashes = read_image(DayFolder(root).image), read_hashes(root / HASHES_NAME)
        written = result_versions(root)
        for kept in RecordedDay.objects.filter(trading_day=trading_day).order_by("version"):
            if kept.version > len(written):
                raise CheckFault(
                    f"version {kept.version} of day {trading_day} is recorded and not in its folder"
                )
            day, pools = rows_of(image, written[kept.version - 1], hashes, kept.version)
            if values(kept, FIELDS) != values(day, FIELDS) or pool_values(
                list(kept.of_pools.all())
            ) != pool_values(pools):
                raise CheckFault(f"day {trading_day} is not recorded as its folder has it")
            check_morning(kept)
            checked += 1
    return checked


def check_morning(kept: RecordedDay) -> None:
    """Prove what is recorded of the morning after a day, where that is."""
    written = RecordedMorning.objects.filter(day=kept).first()
    if written is None:
        return
    root = floor.days_folder() / str(kept.next_trading_day)
    if not (root / OPENING_NAME).exists():
        raise CheckFault(f"the morning of {root.name} is recorded and has no folder; restore it")
    image, closes = read_image(DayFolder(root).image), read_opening(root).forced_closes
    morning, forced = morning_rows(kept, image, closes)
    rows = kept.forced.order_by("place")
    if values(written, MORNING_FIELDS) != values(morning, MORNING_FIELDS) or [
        values(row, FORCED_FIELDS) for row in rows
    ] != [values(row, FORCED_FIELDS) for row in forced]:
        raise CheckFault(f"the morning of {root.name} is not recorded as its folder has it")


def values(row: Model, names: tuple[str, ...]) -> list[object]:
    """Return the values of some fields of a row."""
    return [getattr(row, name) for name in names]


def pool_values(pools: list[RecordedPool]) -> list[list[object]]:
    """Return the values of pools, in the order of their members."""
    return sorted((values(pool, ("member", "house", *POOL)) for pool in pools), key=str)
