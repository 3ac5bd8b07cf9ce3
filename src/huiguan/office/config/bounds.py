"""What is longer than any form or file of a page is refused before a byte of it is read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings

from huiguan.office.people.pages.gate import desk

if TYPE_CHECKING:
    from collections.abc import Callable

Request = Any  # django.http.HttpRequest and its answer; Django says no types
Answer = Any


def bounded(get_response: Callable[[Request], Answer]) -> Callable[[Request], Answer]:
    """Say so on a page, where somebody sends too much."""
    most = settings.LONGEST_REQUEST

    def middleware(request: Request) -> Answer:
        length = str(request.META.get("CONTENT_LENGTH") or 0)
        if length.isdecimal() and int(length) > most:
            return desk(request, "too_long.html", 413, most=most >> 20)
        return get_response(request)

    return middleware
