"""Rates and valuations by day, each with its source, set by two persons and only ever followed."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from django.utils import timezone

from huiguan.foundation.faults import InputFault
from huiguan.office.ledger.bank.lines import tidy
from huiguan.office.ledger.models import WORDS_LENGTH, DatedFigure
from huiguan.office.people import record
from huiguan.office.people.roles import Action

if TYPE_CHECKING:
    from huiguan.office.people.models import Proposal

DOLLAR = "USD"  # CNY for one, the central parity of a day
INTEREST = "deposit interest"  # a year, on cash clearing deposits
BOND = re.compile(r"bond [A-Z0-9][A-Z0-9-]{1,26}")  # CNY for 100 of face, the lowest valuation
MILLION = 10**6
LEAST_PERCENT, MOST = Decimal("0.0001"), 10**6


def checked_name(words: str) -> str:
    """Return the name of a figure, or raise ``InputFault``."""
    name = " ".join(words.split())
    if name not in (DOLLAR, INTEREST) and not BOND.fullmatch(name):
        raise InputFault(
            f"{name!r} is no figure of the ledger; there are USD, deposit interest, and bond with a"
            " name of capital letters, digits and hyphens"
        )
    return name


def read_millionths(name: str, words: str) -> int:
    """Return a figure as it was typed, in millionths: ``7.1066``, or ``0.35%`` of interest."""
    is_rate = name == INTEREST
    text = words.strip().replace(",", "")
    try:
        value = Decimal(text.removesuffix("%"))
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or is_rate != text.endswith("%"):
        example = "0.35%" if is_rate else "7.1066"
        raise InputFault(f"{text!r} is no figure for {name}; write it like {example}")
    scaled = value * MILLION / (100 if is_rate else 1)
    if scaled != int(scaled) or not 0 < scaled <= MOST * MILLION or (is_rate and scaled >= MILLION):
        raise InputFault(f"{text} cannot be used for {name}: it has six decimals at most, above 0")
    return int(scaled)


def shown(figure: DatedFigure) -> str:
    """Return a figure as people write it."""
    value = Decimal(figure.millionths) / MILLION
    if figure.name == INTEREST:
        return f"{(value * 100).normalize():f}%"
    return f"{value.normalize():f}"


def figure_on(name: str, day: int) -> DatedFigure | None:
    """Return the figure that holds on a day: of the newest effective one, the last that was set."""
    found = DatedFigure.objects.filter(name=name, effective__lte=day)
    return found.order_by("-effective", "-pk").first()


def decimal_of(figure: DatedFigure) -> Decimal:
    """Return a figure as a number."""
    return Decimal(figure.millionths) / MILLION


def set_figure(
    *, proposal: Proposal, name: str, effective: int, millionths: int, source: str
) -> DatedFigure:
    """Write a figure down; called in the transaction of its approval."""
    record.one_at_a_time()
    made = DatedFigure(
        name=name,
        effective=effective,
        millionths=millionths,
        source=tidy(source, WORDS_LENGTH),
        proposal=proposal,
        at=timezone.now(),
    )
    made.save(force_insert=True)
    facts = {"figure": made.pk, "name": name, "effective": effective, "millionths": millionths}
    record.write(actor=proposal.checker, action=Action.SET_FIGURE, subject=name, facts=facts)
    return made
