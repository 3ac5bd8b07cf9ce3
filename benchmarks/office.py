"""The office at size, on PostgreSQL: a day of 200,000 codes recorded, and its pages when warm.

The day is that of ``clearing``: 1,000,000 positions, 5,000,000 trades, every contract of a day. The
server is the one of the tests (a wheel, no fsync), or what ``HUIGUAN_TEST_POSTGRESQL`` names.
Measured: what the office writes of a closed day (the folder read, proved and recorded), then each
page of the desks of clearing, members and people by Django's client, the median and the worst of
ten requests after the first. Behind the pages of members stands a market of the next day, in its
own processes. Limits: 30 s, 200 ms. The yardstick is the same folder read and proved, without a
database.
"""

import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
from tests.halls import RunningHall
from tests.postgres import Postgres

from benchmarks.clearing import CODES, DAY, MEMBERS, day_of_trades, morning
from huiguan.cli.hall.up import VISITOR, VISITOR_SESSION, clock_setting, write_clock
from huiguan.days.cleared import ClosedDay
from huiguan.days.close import write_closed
from huiguan.days.hashes import DayHashes, write_hashes
from huiguan.days.open import open_next
from huiguan.days.versions import result_versions
from huiguan.exchange.day.image import DayImage
from huiguan.exchange.evening.day_end import close_day
from huiguan.exchange.evening.rules_of_day import rules_of_day
from huiguan.floor.doors.json.serve import HTTP_DOOR_NAME
from huiguan.floor.hall.keys import Keys
from huiguan.floor.hall.settings import HallSettings, write_settings
from huiguan.storage.market.day_folder import verify_manifest
from huiguan.storage.market.day_image import read_image, write_image
from huiguan.storage.market.rulebooks.load import load_books

RUNS = 10
MOST_PAGE_MS, MOST_RECORD_S = 200, 30
ZERO = bytes(32)
WHOSE = {  # the pages of the desks, by who opens them
    "clearing-clerk": ("/days", f"/days/{DAY}", f"/day-end/{DAY}", "/live-day", "/rule-desk"),
    "administrator": ("/users", "/proposals", "/bindings", "/bindings/5"),
    "auditor": ("/record", "/record?check"),
    "member-clerk": ("/member", "/keys"),
    "trader": ("/trade", "/account"),
}


def closed_day(root: Path) -> None:
    """Write the folder of a closed day."""
    books, chance = load_books(), np.random.default_rng(1)
    image = morning(books, chance)
    events = day_of_trades(image, chance)
    named = [f"{row % MEMBERS:04d}{row:08d}" for row in range(CODES)]  # of their member
    names = msgspec.structs.replace(image.names, trading_codes=named)
    image = image._replace(names=names)
    write_image(root / "image", image)
    rules = rules_of_day(books, image.names.instruments, DAY)
    result = close_day(image, events, rules)
    write_closed(root, ClosedDay(image, result, rules))
    write_hashes(root, DayHashes(len(events.trades), 1, ZERO, ZERO, {}, ZERO))
    print(
        f"{len(image.names.trading_codes):,} trading codes, {len(image.positions):,} positions,"
        f" {len(events.trades):,} trades, {len(image.pools):,} pools"
    )


def open_market(folder: Path, root: Path) -> tuple[RunningHall, DayImage]:
    """Open the day after a closed one, and the processes of its market."""
    image = open_next(root, load_books()).image
    code, keys = image.names.trading_codes[-1], Keys()
    token = keys.make(VISITOR, code[:4], codes=[code], session=VISITOR_SESSION)
    keys.write(folder)
    moment = f"{image.settings.trading_day}"
    write_clock(folder, clock_setting(f"{moment[:4]}-{moment[4:6]}-{moment[6:]} 09:05", "1")[0])
    anywhere = HallSettings(binary_port=0, http_port=0, office=False, days="hand", crowd=0)
    write_settings(folder, anywhere)
    market = RunningHall.of(folder, token)
    market.open()
    return market, image


def begin(folder: Path, url: str, image: DayImage) -> None:
    """Make an office on a server, beside a hall that has this day."""
    os.environ["DATABASE_URL"] = url
    from huiguan.office.config.database import migrate, open_database  # noqa: PLC0415  the address first

    (folder / "office").mkdir()
    open_database(folder)
    migrate(folder)
    from huiguan.office.display.here import Shown, show  # noqa: PLC0415  settings come first
    from huiguan.office.feed.follower import (  # noqa: PLC0415  the same
        Follower,
        HallPlaces,
        HallStands,
    )
    from huiguan.office.feed.public_day import PublicDay  # noqa: PLC0415  the same
    from huiguan.office.members.bindings import bind_first_people  # noqa: PLC0415  the same
    from huiguan.office.people.first import make_first_people  # noqa: PLC0415  the same

    make_first_people()
    bind_first_people(image)
    places = HallPlaces(
        days=folder / "days",
        feed=folder / "f",
        operator=folder / "operator.sock",
        http_door=folder / HTTP_DOOR_NAME,
    )
    follower = Follower(places)
    follower.day, follower.is_connected = PublicDay(image), True
    day = image.settings.trading_day
    follower.stands = HallStands(day, f"{day // 10_000}-01-01 09:05:00", 1.0, "trading")
    shown = Shown(follower)
    show(shown)
    shown.warm()


def timed(what: str, work: Callable[[], object]) -> None:
    """Print how long a work takes, and how much of it this process was at work."""
    start, used = time.perf_counter(), time.process_time()
    work()
    end, used = time.perf_counter(), time.process_time() - used
    print(f"{what:<44}{end - start:8.2f} s, processor {used:.2f}", flush=True)


def pages() -> None:
    """Print how long each page takes."""
    from django.test import Client  # noqa: PLC0415  settings come first

    from huiguan.office.people.models import User  # noqa: PLC0415  the same

    slow = []
    for name, paths in WHOSE.items():
        browser = Client(SERVER_NAME="127.0.0.1")
        browser.force_login(User.objects.get_by_natural_key(name))
        for path in paths:
            taken, used = [], []
            for _ in range(RUNS + 1):
                start, busy = time.perf_counter(), time.process_time()
                answer = browser.get(path)
                taken.append((time.perf_counter() - start) * 1000)
                used.append((time.process_time() - busy) * 1000)
            middle, worst = statistics.median(taken[1:]), max(taken[1:])
            print(
                f"{path:<24}{answer.status_code:>4}{middle:7.0f} ms  worst {worst:5.0f}, first"
                f" {taken[0]:6.0f}, processor {statistics.median(used[1:]):4.0f},"
                f" {len(answer.content) >> 10:,} KiB",
                flush=True,
            )
            if middle > MOST_PAGE_MS:
                slow.append(path)
    print(f"over {MOST_PAGE_MS} ms: {', '.join(slow) or 'none'}")


def main() -> None:
    """Measure and print everything."""
    server = Postgres()
    try:
        with tempfile.TemporaryDirectory(prefix="office-", dir=".") as made:
            folder = Path(made)
            root = folder / "days" / str(DAY)
            closed_day(root)
            market, image = open_market(folder, root)
            begin(folder, server.make("office"), image)
            from huiguan.office.days.recording import record_closed  # noqa: PLC0415  settings first

            timed(
                "the folder read and proved, no database",
                lambda: (verify_manifest(root), read_image(root / "image"), result_versions(root)),
            )
            timed(f"day recorded (limit {MOST_RECORD_S} s)", record_closed)
            pages()
            market.close()
    finally:
        server.stop()


if __name__ == "__main__":
    main()
