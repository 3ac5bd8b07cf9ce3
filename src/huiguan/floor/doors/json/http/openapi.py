"""The OpenAPI 3.1 description of the door, derived from its endpoints and structs."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from huiguan.floor.doors.json.http.answers import Fault, Refused
from huiguan.floor.doors.json.http.endpoints import ENDPOINTS, Endpoint
from huiguan.floor.doors.json.http.live import API_VERSION
from huiguan.floor.doors.json.market.line import ASKS
from huiguan.floor.doors.json.protocol import ANY_COMMAND, LogOn, answer_structs

STATUSES = {
    400: "What was asked makes no sense.",
    401: "There is no key, or one that opens nothing here.",
    403: "It is not yours.",
    404: "There is no such thing.",
    408: "The body did not come in time.",
    409: "The key's session is connected elsewhere.",
    413: "The body is too long.",
    422: "The exchange refused it.",
    429: "Asked too often.",
    503: "The market does not answer now.",
    504: "No outcome in time.",
}
HEAD = {
    "title": "Huiguan, JSON door",
    "version": API_VERSION,
    "description": (
        "Queries and one-off orders of a trading hall. Prices are decimal text in the unit of the "
        "quote, money is CNY. The session itself is a WebSocket at /v1/session: the schemas LogOn, "
        "EnterOrder, CancelOrder, CancelOrders, LogOff go in (one or a list a frame); lists of the "
        "events and records below come out. Market data are a WebSocket at /v1/market: Subscribe "
        "and Unsubscribe go in."
    ),
    "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
}


def description() -> dict[str, Any]:
    """Return the whole description as plain values."""
    kinds: list[Any] = [one.answer for one in ENDPOINTS]
    kinds += [kind for one in ENDPOINTS for kind in (one.body, one.or_answer) if kind]
    kinds += [Fault, Refused, LogOn, ANY_COMMAND, *answer_structs(), ASKS]
    schemas, components = msgspec.json.schema_components(
        kinds, ref_template="#/components/schemas/{name}"
    )
    by_kind = dict(zip(map(id, kinds), schemas, strict=True))
    paths: dict[str, Any] = {}
    for one in ENDPOINTS:
        paths.setdefault(one.path, {})[one.method.lower()] = operation(one, by_kind)
    return {
        "openapi": "3.1.0",
        "info": HEAD,
        "paths": paths,
        "components": {
            "schemas": dict(sorted(components.items())),
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
        },
    }


def operation(one: Endpoint, by_kind: dict[int, Any]) -> dict[str, Any]:
    """Return one method of a path."""
    statuses = [*((400, 401, 403, 429) if one.needs_key else ()), *one.others, 503]
    answer = by_kind[id(one.answer)]
    if one.or_answer:
        answer = {"anyOf": [answer, by_kind[id(one.or_answer)]]}
    found: dict[str, Any] = {
        "summary": one.summary,
        "operationId": one.handler.__name__,
        "parameters": [
            *(parameter(name, "path", "") for name in re.findall(r"{(\w+)}", one.path)),
            *(parameter(name, "query", meaning) for name, meaning in one.asks.items()),
        ],
        "responses": {
            "200": response(one.summary, answer),
            **{
                str(status): response(
                    STATUSES[status], by_kind[id(Refused if status == 422 else Fault)]
                )
                for status in sorted(statuses)
            },
        },
        "security": [{"key": []}] if one.needs_key else [],
    }
    if one.body:
        content = {"application/json": {"schema": by_kind[id(one.body)]}}
        found["requestBody"] = {"required": True, "content": content}
    return found


def parameter(name: str, place: str, meaning: str) -> dict[str, Any]:
    """Return a parameter of a path or query."""
    told = {"name": name, "in": place, "required": place == "path", "schema": {"type": "string"}}
    return {**told, "description": meaning} if meaning else told


def response(words: str, schema: Any) -> dict[str, Any]:  # noqa: ANN401  plain values
    """Return an answer."""
    return {"description": words, "content": {"application/json": {"schema": schema}}}


def openapi_text() -> str:
    """Return the description as it is served and published."""
    return msgspec.json.format(msgspec.json.encode(description()), indent=1).decode() + "\n"
