"""The forms of circulars: a limit and margins, a fee, an opening limit; each in both languages."""

from __future__ import annotations

from typing import Any

from django import forms

from huiguan.office.circulars.models import (
    FEE,
    HEADINGS,
    HOLIDAY,
    LIMITS,
    LONGEST_NAME,
    LONGEST_TITLE,
    OPENING,
)
from huiguan.office.people.pages.forms import Form


def line(label: str, text: str = "", **given: Any) -> Any:  # noqa: ANN401  Django says no types
    """Return a field of one line."""
    given.setdefault("max_length", LONGEST_NAME)
    shown = forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"})
    return forms.CharField(label=label, help_text=text, widget=shown, **given)


def day(label: str, text: str) -> Any:  # noqa: ANN401  Django says no types
    """Return a field for a date."""
    return forms.DateField(label=label, help_text=text, input_formats=["%Y-%m-%d"])


class Titled(Form):
    """What every circular says."""

    table = heading = ""
    title = line("title in English", max_length=LONGEST_TITLE)
    chinese = line("title in Chinese", max_length=LONGEST_TITLE)


class Draft(Titled):
    """A circular about a product."""

    product = line("product", "like cu")
    contracts = line("contracts", "months like 2607-2702; empty for all", required=False)
    from_day = day("from", "the first trading day under it, like 2026-08-24")
    field_order = ("product", "contracts", "from_day")


class Limits(Draft):
    """Price limit and margins."""

    table, heading = LIMITS, HEADINGS[LIMITS]
    limit = line("price limit", "like 9%; margins are charged at the clearing before")
    hedge = line("margin of hedging", "like 10%")
    general = line("margin", "like 11%")


class Fee(Draft):
    """A fee, as a rate or by the lot."""

    table, heading = FEE, HEADINGS[FEE]
    rate = line("rate", "like 0.5bp; or an amount for a lot below", required=False)
    per_lot = line("for a lot, CNY", "like 3.00", required=False)
    close_today_multiple = forms.IntegerField(
        label="close today", help_text="times the fee: 0, 1 or 2", min_value=0, max_value=2
    )


class OpeningLimit(Draft):
    """How many lots a holder may open on a day."""

    table, heading = OPENING, HEADINGS[OPENING]
    lots = forms.IntegerField(label="lots", help_text="of a contract and day", min_value=1)


class Holiday(Titled):
    """Days on which nobody trades."""

    table, heading = HOLIDAY, HEADINGS[HOLIDAY]
    product = line("calendar", "whose days they are", initial="china")
    from_day = day("from", "the first closed day, like 2026-09-03")
    until_day = day("until", "the last closed day")
    field_order = ("product", "from_day", "until_day")


DRAFTS: tuple[type[Titled], ...] = (Limits, Fee, OpeningLimit, Holiday)
