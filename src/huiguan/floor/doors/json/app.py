"""The door as one ASGI application: the session, the queries, the description, the page."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route, WebSocketRoute

from huiguan.floor.doors.json.http.access import JSON, Wrong, answered
from huiguan.floor.doors.json.http.answers import Fault
from huiguan.floor.doors.json.http.endpoints import ENDPOINTS
from huiguan.floor.doors.json.http.lines import Declined, Unavailable
from huiguan.floor.doors.json.http.openapi import openapi_text
from huiguan.floor.doors.json.http.page import SECURITY, page
from huiguan.floor.doors.json.http.service import Service
from huiguan.floor.doors.json.market.hub import Hub
from huiguan.floor.doors.json.market.line import serve_market
from huiguan.floor.doors.json.session import serve_session

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.websockets import WebSocket

    from huiguan.floor.doors.json.door import Door


async def wrong(_: Request, fault: Exception) -> Response:
    """Answer what is not answered, in a sentence."""
    if isinstance(fault, Wrong):
        return answered(fault.answer, fault.status, **fault.headers)
    if isinstance(fault, Unavailable):
        return answered(Fault(str(fault)), 503, Retry_After="1")
    if isinstance(fault, HTTPException):
        known = fault.status_code == 404
        words = "nothing stands there; / lists what can be asked" if known else fault.detail
        return answered(Fault(words), fault.status_code, **dict(fault.headers or {}))
    assert isinstance(fault, Declined)
    return answered(Fault(str(fault)), fault.status)


def make_app(door: Door) -> Starlette:
    """Return the application of a door."""
    service, described = Service(door), openapi_text().encode()
    hub = Hub(door)

    async def openapi(_: Request) -> Response:
        return Response(described, media_type=JSON)

    async def front(_: Request) -> Response:
        try:
            now = await door.now()
        except Unavailable:
            now = None
        return HTMLResponse(page(now), headers=SECURITY)

    async def session(line: WebSocket) -> None:
        await serve_session(door, line)

    async def market(line: WebSocket) -> None:
        await serve_market(hub, line)

    return Starlette(
        routes=[
            Route("/", front),
            Route("/openapi.json", openapi),
            WebSocketRoute("/v1/session", session),
            WebSocketRoute("/v1/market", market),
            *(
                Route(one.path, partial(one.handler, service), methods=[one.method])
                for one in ENDPOINTS
            ),
        ],
        exception_handlers=dict.fromkeys((Wrong, Unavailable, Declined, HTTPException), wrong),
    )
