"""A fixed content policy: no script and no style but our own; what is worth a log line."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.urls import Resolver404, resolve

if TYPE_CHECKING:
    from collections.abc import Callable

Request = Any  # django.http.HttpRequest and its answer; Django says no types
Answer = Any
LOG = logging.getLogger("huiguan.office")
REFUSED = (400, 403, 404, 405, 413, 422)


class OnlyFaults(logging.Filter):
    """Lets through what nobody foresaw, not every answer that says no."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether a record carries an exception."""
        return record.exc_info is not None


def told(get_response: Callable[[Request], Answer]) -> Callable[[Request], Answer]:
    """Put a line into the log for each form that was refused: which one, by whom; no word of it.

    A user is a number there and a page its pattern, so that nobody can write into the log.
    """

    def middleware(request: Request) -> Answer:
        answer = get_response(request)
        if request.method == "POST" and answer.status_code in REFUSED:
            try:
                route = str(resolve(request.path_info).route)
            except Resolver404:
                route = "no page"
            user = getattr(getattr(request, "user", None), "pk", None) or 0
            LOG.warning("refused=%d user=%d page=%s", answer.status_code, user, route)
        return answer

    return middleware


def policy() -> str:
    """Return the header's text; Django 6.2 will make it of the same setting."""
    return "; ".join(f"{name} {' '.join(given)}" for name, given in settings.SECURE_CSP.items())


def fixed_policy(get_response: Callable[[Request], Answer]) -> Callable[[Request], Answer]:
    """Put the policy on every page, and keep pages out of caches: they age with their market."""
    text = policy()

    def middleware(request: Request) -> Answer:
        answer = get_response(request)
        answer.headers["Content-Security-Policy"] = text
        answer.headers.setdefault("Cache-Control", "no-store")
        return answer

    return middleware
