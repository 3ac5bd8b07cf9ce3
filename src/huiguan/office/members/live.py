"""A trader's own page that is open: money, orders, positions, told to its session and nobody else.

The session is looked at before every look at the market, so whoever signs out, is locked or is
bound to something else is told no more.
"""

from __future__ import annotations

import asyncio
import json
import time
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import get_user
from django.db import close_old_connections
from django.http import HttpRequest
from django.template.loader import render_to_string

from huiguan.foundation.faults import InputFault
from huiguan.office.display.here import shown
from huiguan.office.display.preferences import words_of
from huiguan.office.members import keys, selectors
from huiguan.office.people.roles import Action, Right
from huiguan.office.people.second_factor import is_missing
from huiguan.office.people.selectors import person_of
from huiguan.web.operator import NotReady

if TYPE_CHECKING:
    from starlette.websockets import WebSocket

    from huiguan.office.members.models import Binding

EVERY_SECONDS = 1.0
AT_LEAST_SECONDS = 5.0  # money also moves where nothing is traded
THREADS = ThreadPoolExecutor(4, "own")  # a door that is slow holds up no page
Parts = dict[str, str]  # tables of the page as HTML, by name
NOTHING: Parts = {}


async def tell_own(line: WebSocket, lang: str) -> None:
    """Tell an open page what changed of its reader's own, until the session does not allow it."""
    if not is_own_page(line):
        return await end(line)
    cookie = line.cookies.get(settings.SESSION_COOKIE_NAME, "")
    loop, known, reads, told_at = asyncio.get_running_loop(), dict[str, str](), -1, 0.0
    while True:
        day = shown().follower.day
        now = time.monotonic()
        moved = day is not None and day.reads != reads
        found = await loop.run_in_executor(
            THREADS, parts_of, cookie, lang, moved or now - told_at >= AT_LEAST_SECONDS
        )
        if found is None:
            return await end(line)
        if found:
            reads, told_at = day.reads if day else -1, now
        changed = {name: text for name, text in found.items() if known.get(name) != text}
        if changed:
            known |= changed
            await line.send_text(json.dumps({"own": changed}, ensure_ascii=False))
        await asyncio.sleep(EVERY_SECONDS)


async def end(line: WebSocket) -> None:
    """Say that nothing of one's own is told here; the public part goes on."""
    await line.send_text('{"own":null}')
    await asyncio.Event().wait()


def is_own_page(line: WebSocket) -> bool:
    """Return whether a line was opened by a page of ours: a browser says whose page it was."""
    origin = line.headers.get("origin", "")
    return bool(origin) and urlsplit(origin).netloc == line.headers.get("host", "")


def binding_of_session(cookie: str) -> Binding | None:
    """Return what the reader of a session trades for; None where there is nobody who may."""
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(cookie)
    person = person_of(get_user(request))
    user = person.user
    if user is None or not person.may(Action.TRADE, Right.DO):
        return None
    if user.must_change_password or is_missing(user, person.roles):
        return None
    found = selectors.binding_of(user)
    return found if found and found.codes else None


def parts_of(cookie: str, lang: str, look: bool) -> Parts | None:
    """Return the tables of a page; nothing where nobody looks now or the market is not there."""
    close_old_connections()
    binding = binding_of_session(cookie)
    if binding is None:
        return None
    if not look:
        return NOTHING
    try:
        token = keys.trader_key(binding)
        held: dict[str, dict[str, object]] = {
            "funds": {"funds": selectors.funds(token), "money": selectors.HEADS},
            "orders": {
                "orders": selectors.live_orders(token),
                "cancels": 1,
                "label": "Orders in the book",
            },
            "positions": {"positions": selectors.positions(token), "closes": 1},
        }
    except (NotReady, InputFault):
        return NOTHING
    words = words_of(lang)
    return {
        name: render_to_string(f"_live_{name}.html", {**given, "words": words})
        for name, given in held.items()
    }
