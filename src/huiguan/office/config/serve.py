"""The process of the office: it listens beside the floor and is started again when it stops."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import msgspec

from huiguan.office.config.application import make_app, static_address
from huiguan.office.config.database import prepare, reach
from huiguan.office.config.place import OFFICE_NAME, OfficeOpen, know_settings
from huiguan.office.display.here import Shown, show
from huiguan.office.display.live import LONGEST_FRAME, Live
from huiguan.office.feed.follower import Follower
from huiguan.storage.files import Files, write_file
from huiguan.web.lines import address, listening, served

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from huiguan.office.config.place import OfficeSettings

TELL_SECONDS = 5.0


async def keep_keys_told() -> None:
    """Tell the floor of keys that were made or withdrawn while it was down, soon after it is up."""
    from huiguan.office.members.keys import tell_floor  # noqa: PLC0415  settings come first

    while True:
        await asyncio.to_thread(tell_floor)
        await asyncio.sleep(TELL_SECONDS)


async def serve_on(
    place: socket.socket, settings: OfficeSettings, say: Callable[[str], None]
) -> None:
    """Serve until told to stop; what nobody foresaw in a work beside the pages ends it too."""
    from huiguan.office.circulars.issuing import issue_approved  # noqa: PLC0415  models come late
    from huiguan.office.circulars.shadows import run_shadows  # noqa: PLC0415  the same
    from huiguan.office.days import works  # noqa: PLC0415  the same
    from huiguan.office.ledger.runner import Runner  # noqa: PLC0415  the same
    from huiguan.office.members.live import tell_own  # noqa: PLC0415  the same
    from huiguan.office.register.mornings import keep_morning  # noqa: PLC0415  the same
    from huiguan.office.warehouse.here import keep_read  # noqa: PLC0415  the same

    static = static_address()
    shown = Shown(Follower(settings.places), settings.rulebook, static)
    show(shown)
    live = Live(shown, tell_own)
    cert, key = settings.tls_cert, settings.tls_key
    server = served(make_app(live, static), longest_frame=LONGEST_FRAME, cert=cert, key=key)
    port = place.getsockname()[1]
    told = OfficeOpen(address(settings.host, port, cert), port)
    ledger = Runner(settings.places, say)
    days = works.run(issue_approved, run_shadows, keep_morning, keep_read)
    beside = (shown.follower.run(), live.run(), days, ledger.run(), keep_keys_told())
    tasks = [asyncio.create_task(work) for work in beside]
    write_file(settings.folder / OFFICE_NAME, [msgspec.json.encode(told), b"\n"], Files())
    serving = asyncio.create_task(server.serve(sockets=[place]))
    warming = asyncio.create_task(asyncio.to_thread(shown.warm))  # the first reader waits less
    try:
        await asyncio.wait([serving, *tasks], return_when=asyncio.FIRST_COMPLETED)
    finally:
        (settings.folder / OFFICE_NAME).unlink(missing_ok=True)
        server.should_exit = True
        await serving
        await warming
        for task in tasks:
            if task.done():
                task.result()
            task.cancel()


def serve(settings: OfficeSettings, say: Callable[[str], None], language: str = "en") -> int:
    """Run the office of a hall; return the exit code. The first people read ``language``."""
    place = listening(settings.host, settings.port, "the office", "office_port")
    know_settings(settings)
    reach(settings.folder)
    prepare(settings.folder, say, language)
    say(f"office: pages at {settings.host}:{place.getsockname()[1]}")
    asyncio.run(serve_on(place, settings, say))
    return 0
