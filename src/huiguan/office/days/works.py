"""What the process of the office does beside its pages: errands, recording, proofs."""

from __future__ import annotations

import asyncio
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from django.db import DatabaseError, close_old_connections

from huiguan.office.days.errands import send_waiting
from huiguan.office.days.proving import prove_asked
from huiguan.office.days.recording import record_closed, record_mornings

if TYPE_CHECKING:
    from collections.abc import Callable

LOOK_SECONDS = 0.5


def record_all() -> int:
    """Record what was closed or opened since; return how much was new."""
    return record_closed() + record_mornings()


WORKS: tuple[Callable[[], int], ...] = (send_waiting, record_all, prove_asked)


def look(work: Callable[[], int]) -> None:
    """Do what is due of a work; what the database does not take now is tried at the next look."""
    close_old_connections()
    try:
        work()
    except DatabaseError as fault:
        print(f"office: the database did not take what is due: {fault}", file=sys.stderr)  # noqa: T201


async def keep_doing(work: Callable[[], int]) -> None:
    """Do a work for ever, in a thread of its own: none waits for another, nor the pages for it."""
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(1, work.__name__) as thread:
        while True:
            await loop.run_in_executor(thread, look, work)
            await asyncio.sleep(LOOK_SECONDS)


async def run(*more: Callable[[], int]) -> None:
    """Do every work for ever, and ``more`` of other rooms."""
    await asyncio.gather(*map(keep_doing, (*WORKS, *more)))
