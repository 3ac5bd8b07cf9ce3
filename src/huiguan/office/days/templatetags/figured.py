"""Figures of days as people read them: ``{{ fen|as_yuan }}``, ``{{ 20260821|as_day }}``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import template

from huiguan.foundation.arithmetic import show_fen
from huiguan.foundation.calendars import show_day

if TYPE_CHECKING:
    from enum import Enum

register = template.Library()


def as_yuan(fen: int) -> str:
    """Return an amount in yuan, to the fen."""
    return show_fen(fen)


def as_day(day: int) -> str:
    """Return a trading day as a date."""
    return show_day(day)


def grouped(number: int) -> str:
    """Return a whole number in groups of three digits."""
    return f"{number:,}"


def as_words(value: Enum) -> str:
    """Return the name of a value as words."""
    return value.name.lower().replace("_", " ")


def as_spoken(name: str) -> str:
    """Return the name of a table or field as words."""
    return name.replace("_", " ")


for _filter in (as_yuan, as_day, grouped, as_words, as_spoken):
    register.filter(_filter)
