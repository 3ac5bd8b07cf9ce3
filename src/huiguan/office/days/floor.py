"""Asking the market: a line of JSON at the operator's socket in the hall's folder, and its answer.

The floor is not known here but for that socket (docs/reference/doors.md). A request with a name is
done once, however often it is asked.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from django.conf import settings

from huiguan.exchange.day.image import image_digest
from huiguan.foundation.faults import InputFault
from huiguan.storage.market.day_image import read_image
from huiguan.web import operator

if TYPE_CHECKING:
    from huiguan.exchange.day.image import DayImage

OPERATOR_NAME, DAYS_NAME = "operator.sock", "days"
ANSWER_SECONDS = 5.0  # somebody waits for the page
LARGEST_ANSWER = 1 << 20
AWAY = "the market does not answer now; it is asked again, and nothing was changed by this"


class FloorAway(InputFault):
    """The market is down or busy: whether it took what it was asked is not known."""


class FloorStands(msgspec.Struct, frozen=True):
    """How far the floor is: trading, or at which step of the turn of days."""

    trading_day: int
    clock: str
    doing: str
    step: str
    days: str  # who turns them: auto or hand
    turning: int  # the day that is being turned, or 0
    sequence: int
    trades: int
    lines: int
    names: list[str]  # of the keys that are connected


class Switches(msgspec.Struct, frozen=True):
    """What is halted, switched off or bounded in the market, by name."""

    trading_day: int
    halted: list[str]
    contract_rights: dict[str, str]
    killed_members: list[str]
    killed_codes: list[str]
    code_rights: dict[str, str]


def hall() -> Path:
    """Return the folder of the hall whose office this is."""
    return Path(settings.HALL_FOLDER)


def days_folder() -> Path:
    """Return the folder of the hall's trading days."""
    return hall() / DAYS_NAME


def ask(do: str, given: dict[str, Any] | None = None, request: str = "") -> Any:  # noqa: ANN401
    """Return the answer of the market; what it refuses in words is an ``InputFault``.

    Without an answer it is a ``FloorAway``.
    """
    path = hall() / OPERATOR_NAME
    try:
        return operator.ask(path, do, request, ANSWER_SECONDS, LARGEST_ANSWER, **(given or {}))
    except operator.NotReady:
        raise FloorAway(AWAY) from None


def stands() -> FloorStands:
    """Return how far the floor is."""
    return msgspec.convert(ask("status"), FloorStands)


def switches(*codes: str) -> Switches:
    """Return what is stopped or bounded; of these trading codes alone, where some are named."""
    return msgspec.convert(ask("read switches", {"codes": codes} if codes else {}), Switches)


def image_of(trading_day: int) -> DayImage:
    """Return the morning of a day."""
    path = days_folder() / str(trading_day) / "image"
    return _image(path, (path / "image.json").stat().st_mtime_ns)


@lru_cache(2)
def _image(path: Path, written: int) -> DayImage:
    del written  # it says when to read again
    return read_image(path)


def image_hash(trading_day: int) -> str:
    """Return the hash of the morning of a day."""
    path = days_folder() / str(trading_day) / "image"
    return _hash(path, (path / "image.json").stat().st_mtime_ns)


@lru_cache(4)
def _hash(path: Path, written: int) -> str:
    return image_digest(_image(path, written)).hex()
