"""Money as people read it: ``{{ fen|in_yuan }}``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import template

from huiguan.foundation.arithmetic import show_fen
from huiguan.foundation.calendars import show_day
from huiguan.office.ledger.collateral.figures import shown
from huiguan.office.ledger.collateral.holdings import Held
from huiguan.office.ledger.models import CollateralKind

if TYPE_CHECKING:
    from huiguan.office.ledger.models import CollateralMove, DatedFigure

register = template.Library()


def in_yuan(fen: int) -> str:
    """Return an amount in yuan, to the fen."""
    return show_fen(fen)


def day_words(day: int) -> str:
    """Return a day (yyyymmdd) as a date; nothing for none."""
    return show_day(day) if day else ""


def figure_words(figure: DatedFigure) -> str:
    """Return a rate or a valuation as people write it."""
    return shown(figure)


def quantity_words(move: CollateralMove) -> str:
    """Return how much collateral was moved, as people write it."""
    return Held(CollateralKind(move.kind), move.name, move.last_day, move.quantity).words


register.filter(in_yuan)
register.filter(figure_words)
register.filter(quantity_words)
register.filter(day_words)
