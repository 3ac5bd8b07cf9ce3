"""The process of the JSON door: it listens beside the floor and is started again when it stops."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import msgspec

from huiguan.floor.doors.json.app import make_app
from huiguan.floor.doors.json.door import Door
from huiguan.floor.doors.json.protocol import LONGEST_FRAME
from huiguan.floor.hall.settings import read_settings, server_tls
from huiguan.storage.files import Files, write_file
from huiguan.web.lines import address, listening, served

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable
    from pathlib import Path

HTTP_DOOR_NAME = "http_door.json"


class HttpDoorOpen(msgspec.Struct, frozen=True):
    """Where the JSON door of a running hall is."""

    url: str
    port: int


async def serve_on(place: socket.socket, folder: Path, door: Door) -> None:
    """Serve until told to stop."""
    cert, key = door.settings.tls_cert, door.settings.tls_key
    server = served(make_app(door), longest_frame=LONGEST_FRAME, cert=cert, key=key)
    port = place.getsockname()[1]
    told = HttpDoorOpen(address(door.settings.host, port, cert), port)
    write_file(folder / HTTP_DOOR_NAME, [msgspec.json.encode(told), b"\n"], Files())
    try:
        await server.serve(sockets=[place])
    finally:
        (folder / HTTP_DOOR_NAME).unlink(missing_ok=True)


def serve(folder: Path, say: Callable[[str], None]) -> int:
    """Run the JSON door of a hall; return the exit code."""
    settings = read_settings(folder)
    server_tls(settings)  # says what is wrong with the files before uvicorn does
    place = listening(settings.host, settings.http_port, "the JSON door", "http_port")
    port = place.getsockname()[1]
    say(f"door: JSON and queries at {settings.host}:{port}")
    asyncio.run(serve_on(place, folder, Door(folder, settings)))
    return 0
