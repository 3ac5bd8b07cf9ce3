"""A closed day is recorded whole, once, as its folder has it; kills leave all of it or nothing."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction

from huiguan.days.close import close_folder
from huiguan.days.open import open_next
from huiguan.exchange.day.correction import Decision
from huiguan.exchange.day.result import result_digest
from huiguan.foundation.faults import CheckFault
from tests.markets import books
from tests.office.days.closed import DAY, closed_day, of_vendor
from tests.office.dying import Dying

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from huiguan.days.cleared import ClosedDay
    from tests.office.peopled import Office


COLUMNS = (
    "house, previous_cash_fen, deposits_fen, withdrawals_fen, profit_fen, fees_fen, "
    "order_fees_fen, cash_fen, margin_fen, usable_fen, balance_fen, minimum_fen, call_fen, day_id"
)
POOLS = "days_recordedpool"
FORCED = "days_recordedforced"
LISTED = "trading_day, trading_code, instrument, side, hedging, lots, reason, day_id"
LATE_FORCED = (
    f"INSERT INTO {FORCED} (id, place, {LISTED}) "  # noqa: S608
    f"SELECT id + 100, place + 100, {LISTED} FROM {FORCED}"
)
STAYS = (
    *(f"UPDATE {FORCED} SET lots = 1", f"DELETE FROM {FORCED}"),  # noqa: S608
    "DELETE FROM days_recordedmorning",
)
LATE = f"INSERT INTO {POOLS} SELECT id + 1000, 'late', {COLUMNS} FROM {POOLS}"  # noqa: S608


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ClosedDay]:
    hall = tmp_path_factory.mktemp("recorded")
    return hall, closed_day(hall)


@pytest.fixture
def folder(
    office: Office, made: tuple[Path, ClosedDay], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """Return the folder of a hall of its own with one closed day."""
    del office
    hall = tmp_path / "a-hall"
    shutil.copytree(made[0], hall)
    monkeypatch.setattr(settings, "HALL_FOLDER", str(hall))
    return hall


def record_it() -> int:
    from huiguan.office.days.recording import record_closed

    return record_closed()


def test_a_day_is_recorded_as_its_folder_has_it(folder: Path, made: tuple[Path, ClosedDay]) -> None:
    """3 lots at 106,860 of 5 t are 1,602,900 yuan; the same sums as in the result, exactly."""
    from huiguan.office.days.models import RecordedDay
    from huiguan.office.days.recording import check_days

    assert record_it() == 1
    day = RecordedDay.objects.get()
    result = made[1].result
    assert (day.trading_day, day.version, day.trades, day.volume_lots) == (DAY, 1, 1, 3)
    assert day.turnover_fen == 160_290_000
    assert day.result_hash == result_digest(result).hex()
    assert day.pools == len(result.pools) == day.of_pools.count()
    assert day.cash_fen == sum(pool.cash_fen for pool in day.of_pools.all())
    assert day.cash_fen == int(result.pools["cash_fen"].sum())
    assert day.fees_fen == sum(pool.all_fees_fen for pool in day.of_pools.all())
    assert check_days() == 1
    del folder


def test_it_is_recorded_once(folder: Path) -> None:
    from huiguan.office.days.models import RecordedDay
    from huiguan.office.people import record
    from huiguan.office.people.models import RecordLine

    assert [record_it(), record_it()] == [1, 0]
    assert RecordedDay.objects.count() == 1
    assert RecordLine.objects.filter(action="record day").count() == 1
    record.check()
    del folder


def test_a_correction_is_a_version_beside_the_first(folder: Path) -> None:
    from huiguan.office.days.models import RecordedDay
    from huiguan.office.days.recording import check_days
    from tests.office.days.closed import decided_price

    record_it()
    root = folder / "days" / str(DAY)
    decision = Decision("a price was decided", "clearing")
    close_folder(root, books(), [decided_price()], decision=decision)
    assert record_it() == 1
    first, second = RecordedDay.objects.order_by("version")
    assert (first.version, second.version, second.why) == (1, 2, "a price was decided")
    assert first.result_hash != second.result_hash
    assert check_days() == 2


def test_a_folder_that_does_not_prove_itself_is_not_recorded(folder: Path) -> None:
    path = next((folder / "days" / str(DAY) / "result" / "reports").iterdir())
    path.write_bytes(path.read_bytes() + b" ")
    assert record_it() == 0


def test_a_day_without_its_folder_is_named(folder: Path) -> None:
    from huiguan.office.days.recording import check_days

    record_it()
    (folder / "days").rename(folder / "elsewhere")
    with pytest.raises(CheckFault, match=f"day {DAY} is recorded and has no closed folder"):
        check_days()


def test_a_figure_changed_past_every_trigger_is_named(folder: Path, office: Office) -> None:
    from huiguan.office.days.recording import check_days

    record_it()
    office.write_past("UPDATE days_recordedday SET trades = 2")
    with pytest.raises(CheckFault, match="not recorded as its folder has it"):
        check_days()
    del folder


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE days_recordedday SET trades = 2",
        "DELETE FROM days_recordedday",
        "INSERT OR REPLACE INTO days_recordedday SELECT * FROM days_recordedday",
        "UPDATE days_recordedpool SET call_fen = 1",
        "DELETE FROM days_recordedpool",
        "INSERT OR REPLACE INTO days_recordedpool SELECT * FROM days_recordedpool",
        LATE,
    ],
)
def test_a_recorded_day_stays(folder: Path, statement: str) -> None:
    record_it()
    with (
        pytest.raises(IntegrityError, match="recorded"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(of_vendor(statement))
    del folder


@pytest.mark.slow
def test_killed_while_recording_it_is_whole_or_not_there(
    folder: Path, office: Office, torture: bool, record_property: Callable[[str, object], None]
) -> None:
    """A day, then what the next morning closes by force; then both as the ledger books them."""
    from huiguan.office.days.models import RecordedDay, RecordedMorning, RecordedPool
    from huiguan.office.days.recording import check_days, record_mornings
    from huiguan.office.ledger import proof
    from huiguan.office.ledger.models import LedgerTransfer, MetDay
    from huiguan.office.people import record

    open_next(folder / "days" / str(DAY), books())
    connection.close()
    kills = 0

    def state() -> tuple[int, ...]:
        kinds = (RecordedDay, RecordedMorning, RecordedPool, MetDay, LedgerTransfer)
        return tuple(kind.objects.count() for kind in kinds)

    with Dying(office.folder, office.environment) as dying:
        for step in ("record", "book"):
            was, at = state(), 0
            while True:
                at += 1 if torture else 5  # every point, or each fifth
                given = {"hall": str(folder), "days": str(folder / "days")}
                if not dying.run(step, at, **given).killed:
                    break
                kills += 1
                days, mornings, pools, *_ = now = state()
                assert (days, pools > 0, mornings <= days) in ((0, False, True), (1, True, True))
                record.check()
                if now != was:  # a commit: the way to the end is another one from here
                    was, at = now, 0
    assert (record_it(), record_mornings()) == (0, 0)
    assert check_days() == 1
    assert MetDay.objects.count() == 1
    proof.check()
    record.check()
    record_property("kills of recording and booking a day", kills)


def test_the_next_morning_says_what_is_closed_by_force(folder: Path) -> None:
    """Recorded with the version it was made of, once; nothing can be added to it or taken out."""
    from huiguan.exchange.clearing.liquidation import ForceClose, ForceCloseReason
    from huiguan.office.days.models import RecordedForced
    from huiguan.office.days.recording import check_days, record_morning, record_mornings
    from huiguan.office.days.selectors import forced_after, forced_on, versions_of
    from huiguan.storage.market.day_image import read_image

    record_it()
    (day,) = versions_of(DAY)
    assert record_mornings() == 0
    assert forced_after(day).day == 0
    opened = open_next(folder / "days" / str(DAY), books())
    assert opened.forced == []
    closes = [
        ForceClose("000110000001", "cu2610", side, hedging=False, lots=lots,
                   reason=ForceCloseReason.LACK_OF_DEPOSIT)
        for side, lots in (("long", 3), ("short", 2))
    ]  # fmt: skip
    image = read_image(opened.root / "image")
    with transaction.atomic():
        record_morning(day=day, image=image, closes=closes)
        rows = forced_on(day.next_trading_day)
        assert [(row.side, row.lots, row.reason) for row in rows] == [
            *(("long", 3, "lack_of_deposit"), ("short", 2, "lack_of_deposit")),
        ]
        assert forced_after(day).closes == 2
        for statement in (*STAYS, LATE_FORCED):
            with (
                pytest.raises(IntegrityError, match="recorded morning"),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(statement)
        with pytest.raises(CheckFault, match="is not recorded as its folder has it"):
            check_days()  # the folder's list is empty
        transaction.set_rollback(True)
    assert RecordedForced.objects.count() == 0
    assert [record_mornings(), record_mornings()] == [1, 0]
    assert forced_after(day) == (day.next_trading_day, 0, [])
    assert check_days() == 1
