"""Every query by method and path, declared once: the routes and the OpenAPI page come from here."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from huiguan.floor.doors.json.http import answers, live, one_off, past
from huiguan.floor.doors.json.protocol import ENTER

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from huiguan.floor.doors.json.http.service import Service

Handler = Callable[["Service", "Request"], Awaitable["Response"]]


class Endpoint(NamedTuple):
    """A query: what it takes, what it answers, and with which further statuses."""

    method: str
    path: str
    handler: Handler
    answer: type[Any]
    summary: str
    needs_key: bool = True
    asks: dict[str, str] = {}  # by query parameter, what it means  # noqa: RUF012  never changed
    body: type[Any] | None = None
    others: tuple[int, ...] = ()
    or_answer: type[Any] | None = None


CODE = {"code": "One of your trading codes; all of them without."}
ENDPOINTS = (
    Endpoint("GET", "/v1/health", live.health, answers.Health, "Who answers.", needs_key=False),
    Endpoint("GET", "/v1/hall", live.hall, answers.Hall, "How the market stands.", needs_key=False),
    Endpoint("GET", "/v1/contracts", live.contracts, answers.Contracts, "Today's contracts."),
    Endpoint(
        *("GET", "/v1/contracts/{contract}/rules", past.rules, answers.Rules),
        "The articles behind a contract today.",
        others=(404,),
    ),
    Endpoint("GET", "/v1/account", live.account, answers.Account, "What your key is for."),
    Endpoint(
        *("GET", "/v1/orders", live.orders, answers.LiveOrders),
        "Your orders in the book, or all of today.",
        or_answer=answers.DayOrders,
        asks={**CODE, "all": "1: all of today, whatever became of them."},
    ),
    Endpoint(
        *("POST", "/v1/orders", one_off.enter, answers.Outcome),
        "Enter one order; for more than a few, speak at /v1/session.",
        body=ENTER,
        others=(408, 409, 413, 422, 504),
    ),
    Endpoint(
        *("DELETE", "/v1/orders/{id}", one_off.cancel, answers.Outcome),
        "Cancel one order.",
        others=(409, 422, 504),
    ),
    Endpoint("GET", "/v1/trades", past.trades, answers.Trades, "Your trades of today.", asks=CODE),
    Endpoint(
        "GET", "/v1/positions", live.positions, answers.Positions, "Your positions.", asks=CODE
    ),
    Endpoint("GET", "/v1/funds", live.funds, answers.Funds, "Your money.", asks=CODE),
    Endpoint("GET", "/v1/days", past.days, answers.Days, "Every trading day of this hall."),
    Endpoint(
        *("GET", "/v1/statements/{day}", past.statement, answers.Statement),
        "Your statement of a closed day (yyyymmdd).",
        asks={**CODE, "format": "json, or text as a counter prints it."},
        others=(404,),
    ),
    Endpoint(
        *("GET", "/v1/explain/{sequence}", past.explain, answers.Explained),
        "Why one of your commands had its outcome.",
        asks={"day": "The trading day (yyyymmdd); today without."},
        others=(404,),
    ),
)
