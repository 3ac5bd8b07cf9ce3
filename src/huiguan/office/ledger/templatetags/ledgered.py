"""Money as people read it: ``{{ fen|in_yuan }}``."""

from __future__ import annotations

from django import template

from huiguan.foundation.arithmetic import show_fen
from huiguan.foundation.calendars import show_day

register = template.Library()


def in_yuan(fen: int) -> str:
    """Return an amount in yuan, to the fen."""
    return show_fen(fen)


def day_words(day: int) -> str:
    """Return a day (yyyymmdd) as a date; nothing for none."""
    return show_day(day) if day else ""


register.filter(in_yuan)
register.filter(day_words)
