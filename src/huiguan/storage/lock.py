"""One writer a folder: an exclusive lock that ends with its process, however the process ends.

The lock is the kernel's, on the file ``LOCK`` in the folder; the file says who holds it and is
taken away at the end. One that a killed process left behind holds nobody up.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import os
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from huiguan.foundation.faults import InputFault

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LOCK = "LOCK"
ATTEMPTS, PAUSE_S = 100, 0.01


@contextmanager
def hold(folder: Path, command: str) -> Iterator[None]:
    """Hold ``folder`` (made where it is missing) for writing by ``command``, as ``day close``.

    Raises ``InputFault`` naming the process that holds it, its command and since when. A folder
    that was made for the lock and holds nothing at the end is taken away.
    """
    made = not folder.exists()
    path = folder / LOCK
    try:
        file = _take(path, command)
    except OSError as fault:
        raise InputFault(
            f"{folder} can not be locked, so nothing is written into it: {fault.strerror}; make"
            " room, or name a folder that may be written"
        ) from fault
    try:
        yield
    finally:
        with suppress(OSError):  # the lock ends all the same
            path.unlink(missing_ok=True)
        os.close(file)
        if made:
            with suppress(OSError):  # it holds what was written
                folder.rmdir()


def holder(folder: Path) -> str | None:
    """Return who holds ``folder`` for writing, in words; None when nobody does."""
    path = folder / LOCK
    try:
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _holder(path) or "another process"
    finally:
        os.close(file)
    return None


def _take(path: Path, command: str) -> int:
    """Return the locked file, with its holder's words in it; its folder is made."""
    for attempt in range(ATTEMPTS):
        if attempt:
            time.sleep(PAUSE_S)  # whoever holds it has just come, or is just going
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except (FileNotFoundError, FileExistsError):
            if os.path.lexists(path.parent) and not path.parent.is_dir():
                raise
            continue  # its holder has taken the folder away in between
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if _stands(path, file):
                os.ftruncate(file, 0)
                os.write(file, f"process {os.getpid()}, huiguan {command}\n".encode())
                return file
        except BlockingIOError:
            words = _holder(path)
            os.close(file)
            if words:
                raise _held(path, words) from None
        except BaseException:
            os.close(file)
            raise
        else:
            os.close(file)  # its holder has taken the name away in between
    raise _held(path, "a process that does not say its name")


def _held(path: Path, words: str) -> InputFault:
    return InputFault(
        f"{path.parent} is being written by {words}; one command at a time writes a folder, and"
        " nothing was changed: wait until it ends, or end it"
    )


def _stands(path: Path, file: int) -> bool:
    """Return whether the open file is the one that has the name."""
    try:
        return os.path.samestat(path.stat(), os.fstat(file))
    except FileNotFoundError:
        return False


def _holder(path: Path) -> str:
    """Return who holds a lock, in words; nothing while it does not say, or is gone."""
    try:
        words = path.read_text("utf-8").strip()
        since = dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC).astimezone()
    except (OSError, ValueError):
        return ""
    return f"{words}, since {since:%Y-%m-%d %H:%M:%S %z}" if words else ""
