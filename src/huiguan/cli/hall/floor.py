"""``huiguan floor``, ``door``, ``crowd``, ``quotes``: what ``huiguan up`` starts."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeVar

import typer

from huiguan.cli import app
from huiguan.cli.progress import say

T = TypeVar("T")
HallDir = Annotated[Path, typer.Argument(metavar="DIR", help="The folder of the hall.")]


Leash = Annotated[bool, typer.Option("--leash", help="End when standard input ends.")]


def on_leash(leash: bool) -> None:
    """End this process in order when the one that started it is gone, however it went."""
    import os
    import signal
    import threading

    def watch() -> None:
        while os.read(0, 1):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    if leash:
        threading.Thread(target=watch, daemon=True).start()


def outlive_clients() -> None:
    """Let a client that is gone be an error of its line, not the end of the process."""
    import signal

    signal.signal(signal.SIGPIPE, signal.SIG_IGN)  # the command line takes it as an end


def keep_memory() -> None:
    """Let the C library keep what was freed: a frame's buffers are had again without page faults.

    What glibc's mallopt is asked: M_TRIM_THRESHOLD (-1), M_MMAP_THRESHOLD (-3; 32 MiB at most).
    Elsewhere nothing happens.
    """
    import ctypes
    from contextlib import suppress

    with suppress(AttributeError, OSError):
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(-1, 1 << 30)
        mallopt(-3, 1 << 25)


@app.command(hidden=True)
def floor(folder: HallDir, leash: Leash = False) -> None:
    """Run the market of a hall in this process."""
    from huiguan.floor.hall.serve import serve

    keep_memory()
    on_leash(leash)
    outlive_clients()
    raise typer.Exit(serve(folder, say))


@app.command(hidden=True)
def door(folder: HallDir, leash: Leash = False) -> None:
    """Run the JSON door and the queries of a hall, beside its market."""
    from huiguan.floor.doors.json.serve import serve

    on_leash(leash)
    outlive_clients()
    raise typer.Exit(serve(folder, say))


@app.command(hidden=True)
def reader(folder: HallDir) -> None:
    """Answer questions about the days of a hall, line by line; the JSON door starts it."""
    import sys

    from huiguan.floor.doors.json.http.reader import serve_reader

    serve_reader(folder, sys.stdin.buffer, sys.stdout.buffer)


@app.command(hidden=True)
def crowd(folder: HallDir, leash: Leash = False) -> None:
    """Let the seeded people of a hall trade, through the binary door."""
    from huiguan.cli.hall.up import CROWD_NAME
    from huiguan.simulation.market.live import CrowdSettings, LiveCrowd

    address, settings = settings_beside(folder, CROWD_NAME, CrowdSettings)
    on_leash(leash)
    outlive_clients()
    LiveCrowd(folder, address, settings).run()


@app.command(hidden=True)
def quotes(folder: HallDir, leash: Leash = False) -> None:
    """Let recorded ticks stand in the book of a hall, through the binary door."""
    from huiguan.simulation.recorded.live import RECORDING_NAME, LiveRecording, RecordingSettings

    address, settings = settings_beside(folder, RECORDING_NAME, RecordingSettings)
    on_leash(leash)
    outlive_clients()
    LiveRecording(folder, address, settings, say).run()


def settings_beside(folder: Path, name: str, kind: type[T]) -> tuple[tuple[str, int] | Path, T]:
    """Return where the binary door of a hall is for its own processes, and one's settings."""
    import msgspec

    from huiguan.floor.hall.serve import DOORS_NAME, DoorsOpen
    from huiguan.floor.hall.settings import INNER_NAME
    from huiguan.foundation.faults import InputFault

    try:
        doors = msgspec.json.decode((folder / DOORS_NAME).read_bytes(), type=DoorsOpen)
        settings = msgspec.json.decode((folder / name).read_bytes(), type=kind)
    except OSError as fault:
        raise InputFault(f"{folder} is no hall that is up with {name}: {fault.strerror}") from None
    outside = (doors.host, doors.binary_port)
    return folder / INNER_NAME if doors.tls else outside, settings
