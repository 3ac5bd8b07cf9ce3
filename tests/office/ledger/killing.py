"""An office process that takes one step after the other and is killed at a chosen point.

``python killing.py HALL POINT TIME PID NUMBER``: the POINT is reached the TIME-th time; with a PID
it is the floor that is killed there, and this process goes on; with a NUMBER it takes no other
crossing.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import time
from pathlib import Path
from typing import Any

STEPS = ("note_asked", "note_held", "settle")


def main() -> None:  # noqa: C901  one thing after the other
    """Bring on what is open; die where it was asked for."""
    hall, wanted, left, floor = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])

    def reach(point: str) -> None:
        nonlocal left
        left -= point == wanted
        if point == wanted and left == 0:
            os.kill(floor or os.getpid(), signal.SIGKILL)

    from huiguan.office.config.database import open_database

    open_database(hall)
    from django.db import transaction

    from huiguan.office.ledger.crossing import courier, crossings, floor_line
    from huiguan.web.operator import NotReady

    def around(name: str, step: Any) -> Any:
        def taken(**given: Any) -> Any:
            reach(f"before {name}")
            with transaction.atomic():
                made = step(**given)
                reach(f"in {name}")  # all of it was written, nothing committed
            reach(f"after {name}")
            return made

        return taken

    for name in STEPS:
        setattr(crossings, name, around(name, getattr(crossings, name)))

    class Watched(socket.socket):
        def sendall(self, data: Any, *flags: int) -> None:
            is_command = b'"command"' in data
            if is_command:
                reach("before send")
            super().sendall(data, *flags)
            if is_command:
                reach("after send")
                if wanted == "long after send":
                    time.sleep(0.3)  # the floor has journaled it by now
                    reach("long after send")

    socket.socket = Watched  # type: ignore[misc]
    if only := int(sys.argv[5]):
        courier.crossings_open = lambda: [only]
    command = floor_line.FloorLine.command

    def answered(*args: Any, **given: Any) -> Any:
        found = command(*args, **given)
        reach("after answer")
        return found

    floor_line.FloorLine.command = answered  # type: ignore[method-assign]
    line = floor_line.FloorLine(hall / "operator.sock")
    try:
        courier.Courier(hall / "days", line).go()
    except NotReady:
        sys.exit(3)


if __name__ == "__main__":
    main()
