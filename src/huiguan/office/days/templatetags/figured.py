"""Figures of days as people read them: ``{{ fen|as_yuan }}``, ``{{ 20260821|as_day }}``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import template

from huiguan.foundation.arithmetic import show_fen
from huiguan.foundation.calendars import show_day
from huiguan.office.days.checklist import SETTLED

if TYPE_CHECKING:
    from huiguan.exchange.day.result import SettledBy

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


def as_spoken(name: str) -> str:
    """Return the name of a table or field as words."""
    return name.replace("_", " ")


def rule_words(rule: SettledBy) -> str:
    """Return by which rule a price was found, in words."""
    return SETTLED[rule]


for _filter in (rule_words, as_yuan, as_day, grouped, as_spoken):
    register.filter(_filter)
