"""Queries about what is on disk: today's orders and trades, days, statements, rules, explanations.

A reader process answers them; the floor does not know of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from starlette.responses import PlainTextResponse

from huiguan.days.cleared import is_closed
from huiguan.days.hashes import HASHES_NAME
from huiguan.floor.doors.json.http import answers
from huiguan.floor.doors.json.http.access import Wrong, answered
from huiguan.floor.hall.keys import KeyRight
from huiguan.floor.hall.serve import days_of

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.requests import Request
    from starlette.responses import Response

    from huiguan.floor.doors.json.http.access import Asker
    from huiguan.floor.doors.json.http.service import Service


async def happened(service: Service, asker: Asker, what: str) -> Response:
    """Answer what happened today to the asker's trading codes."""
    now = await service.door.now(within=0.0)  # what was answered before shows
    found = await service.today.ask_raw(
        what,
        trading_day=now.trading_day,
        codes=[code for code in asker.codes if code in asker.day.names.code_rows],
        sequence=now.sequence,
        time_ns=now.time_ns,
    )
    return answered(found)


async def trades(service: Service, request: Request) -> Response:
    """Answer one's trades of today."""
    asker = await service.access.asker(request, KeyRight.READ)
    return await happened(service, asker, "trades")


def state_of(root: Path) -> str:
    """Return how far a day is."""
    if is_closed(root):
        return "closed"
    return "over" if (root / HASHES_NAME).exists() else "running"


async def days(service: Service, request: Request) -> Response:
    """Answer which days there are."""
    await service.access.asker(request, KeyRight.READ)
    found = days_of(service.door.folder)
    lines = [answers.DayLine(int(root.name), state_of(root)) for root in found]  # type: ignore[arg-type]
    return answered(answers.Days(lines))


async def statement(service: Service, request: Request) -> Response:
    """Answer the settlement statement of a closed day; ``?format=text`` as a counter prints it."""
    asker = await service.access.asker(request, KeyRight.READ)
    if len(asker.codes) != 1:
        raise Wrong(400, "name one of your trading codes: ?code=...; /v1/account lists them")
    form = request.query_params.get("format", "json")
    if form not in ("json", "text"):
        raise Wrong(400, f"format is json or text, not {form!r}")
    day, (code,) = request.path_params["day"], asker.codes
    found = await service.past.ask_raw("statement", day=day, code=code)
    if form == "json":
        return answered(found)
    return PlainTextResponse(msgspec.json.decode(found, type=answers.Statement).text)


async def rules(service: Service, request: Request) -> Response:
    """Answer the rules behind a contract today, with article, source and status."""
    asker = await service.access.asker(request, KeyRight.READ)
    code, names = request.path_params["contract"], asker.day.names
    if code not in names.contract_rows:
        raise Wrong(404, f"{code!r} is not listed today; /v1/contracts has those that are")
    told, name = asker.day.told, f"rules of {code}"
    if name not in told:
        told[name] = await service.past.ask_raw(
            "rules", contract=code, trading_day=names.trading_day
        )
    return answered(told[name])


async def explain(service: Service, request: Request) -> Response:
    """Answer why one of one's commands had its outcome: its checks in order, and what followed."""
    asker = await service.access.asker(request, KeyRight.READ)
    try:
        number = int(request.path_params["sequence"])
    except ValueError:
        raise Wrong(400, "a command is named by its sequence, a number") from None
    day = request.query_params.get("day", str(asker.day.names.trading_day))
    return answered(
        await service.past.ask_raw(
            "explain", sequence=number, day=day, codes=asker.codes, session=asker.key.session
        )
    )
