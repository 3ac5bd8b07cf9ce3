"""What a hall asks of the machine it runs on: each finding says what to do."""

from __future__ import annotations

import ctypes
import os
import platform
import resource
import shutil
import socket
import sqlite3
import statistics
import sys
import time
from contextlib import suppress
from importlib import metadata
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path

GOOD, CARE, BAD = "good", "take care", "bad"
LEAST_BYTES, ENOUGH_BYTES = 1 << 30, 10 << 30
FLUSHES, FLUSH_BYTES = 200, 64 + 128
GOOD_FLUSH_US, SLOW_FLUSH_US = 1_000, 10_000
LEAST_SQLITE = (3, 37)
WANTED_FILES = 16_384
CLOCK_ERROR = 5  # what adjtime answers when nobody sets the clock
HUGE_PAGES = "/sys/kernel/mm/transparent_hugepage/enabled"


class MachineFinding(NamedTuple):
    """What was looked at, how it is, the figure, and what to do where it is not good."""

    what: str
    state: str
    figure: str
    advice: str = ""


def versions() -> MachineFinding:
    """Return the versions that decide."""
    names = ("huiguan", "numpy", "numba", "msgspec")
    told = ", ".join(f"{name} {metadata.version(name)}" for name in names)
    python = platform.python_version()
    good = sys.version_info >= (3, 11)
    advice = "" if good else "install Python 3.11 or newer"
    return MachineFinding("versions", GOOD if good else BAD, f"Python {python}, {told}", advice)


def disk_room(folder: Path) -> MachineFinding:
    """Return how much room is left where the hall stands."""
    free = shutil.disk_usage(folder).free
    figure = f"{free / (1 << 30):.1f} GiB free in {folder}"
    if free >= ENOUGH_BYTES:
        return MachineFinding("disk", GOOD, figure)
    state = CARE if free >= LEAST_BYTES else BAD
    advice = "make room: a full disk stops the market, though it loses nothing"
    return MachineFinding("disk", state, figure, advice)


def flush_time(folder: Path) -> MachineFinding:
    """Return how long one small frame takes to the disk: the least time of an answer."""
    path = folder / "doctor.tmp"
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
    taken = []
    try:
        os.write(file, bytes(FLUSHES * FLUSH_BYTES))
        os.fsync(file)
        for call in range(FLUSHES):
            begun = time.perf_counter_ns()
            os.pwrite(file, b"x" * FLUSH_BYTES, call * FLUSH_BYTES)
            os.fdatasync(file)
            taken.append((time.perf_counter_ns() - begun) // 1000)
    finally:
        os.close(file)
        path.unlink(missing_ok=True)
    middle, late = statistics.median(taken), sorted(taken)[FLUSHES * 99 // 100]
    figure = f"a flush takes {middle:,.0f} us, one in a hundred {late:,} us"
    if middle <= GOOD_FLUSH_US:
        return MachineFinding("flush", GOOD, figure)
    advice = "every answer waits for a flush: use a disk of this machine, with nothing beside"
    return MachineFinding("flush", CARE if middle <= SLOW_FLUSH_US else BAD, figure, advice)


def large_pages() -> MachineFinding:
    """Return whether the system gives large pages: large tables are twice as fast with them."""
    try:
        with open(HUGE_PAGES, encoding="ascii") as file:  # noqa: PTH123  a file of the kernel
            chosen = file.read().partition("[")[2].partition("]")[0]
    except OSError:
        return MachineFinding("large pages", CARE, "not known here", "nothing to do but on Linux")
    good = chosen in ("always", "madvise")
    advice = "" if good else f"echo madvise > {HUGE_PAGES}, as root, helps a large market"
    return MachineFinding("large pages", GOOD if good else CARE, chosen, advice)


def clock_set() -> MachineFinding:
    """Return whether somebody sets this machine's clock."""
    answer = None
    with suppress(OSError, AttributeError):
        room = ctypes.create_string_buffer(512)  # a struct of the kernel, all zero: only ask
        answer = ctypes.CDLL(None).adjtimex(room)
    if answer is None or answer < 0:
        return MachineFinding("clock", CARE, "not known here", "set the clock by NTP for real time")
    if answer == CLOCK_ERROR:
        advice = "set it by NTP where the hall keeps real time; a steered clock does not mind"
        return MachineFinding("clock", CARE, "nobody sets it", advice)
    return MachineFinding("clock", GOOD, "set by NTP")


def room_for_lines() -> int:
    """Let this process open as many files as it may; return how many lines leave enough for days.

    A journal that can not open its next file stops the market, so lines never take the last ones.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = WANTED_FILES if hard == resource.RLIM_INFINITY else min(hard, WANTED_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        soft = wanted
    return WANTED_FILES if soft == resource.RLIM_INFINITY else max(1, min(soft, WANTED_FILES) // 2)


def database() -> MachineFinding:
    """Return the version of the database that comes with Python."""
    good = sqlite3.sqlite_version_info >= LEAST_SQLITE
    advice = "" if good else "install a Python with SQLite 3.37 or newer"
    return MachineFinding(
        "database", GOOD if good else BAD, f"SQLite {sqlite3.sqlite_version}", advice
    )


def port_free(host: str, port: int, what: str) -> MachineFinding:
    """Return whether a door can listen where the settings say."""
    if port == 0:
        return MachineFinding(what, GOOD, "takes a free port")
    with socket.socket() as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind((host, port))
        except OSError as fault:
            advice = f"end what listens there, or set another port in hall.toml ({fault.strerror})"
            return MachineFinding(what, BAD, f"{host}:{port} is taken", advice)
    return MachineFinding(what, GOOD, f"{host}:{port} is free")


def examine(folder: Path) -> list[MachineFinding]:
    """Look at everything that does not need a hall."""
    return [
        versions(),
        disk_room(folder),
        flush_time(folder),
        large_pages(),
        clock_set(),
        database(),
    ]
