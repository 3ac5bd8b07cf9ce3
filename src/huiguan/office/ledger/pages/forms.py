"""The forms of the ledger: they read what was typed; what is right is said by the services."""

from __future__ import annotations

from django import forms

from huiguan.office.ledger.bank.tree import MOST_BYTES
from huiguan.office.ledger.models import CollateralKind
from huiguan.office.people.pages.forms import Form, why

PLAIN = {"autocomplete": "off", "autocapitalize": "none"}


def typed(label: str, text: str, most: int) -> forms.CharField:
    """Return a field of one line."""
    shown = forms.TextInput(attrs=PLAIN)
    return forms.CharField(label=label, help_text=text, max_length=most, widget=shown)


class Statement(Form):
    """A file of a bank."""

    file = forms.FileField(label="statement", help_text="camt.053, or CSV; 8 MiB at most")

    def clean_file(self) -> object:
        """Refuse a file that no statement is as large as."""
        found = self.cleaned_data["file"]
        if found.size > MOST_BYTES:
            raise forms.ValidationError("the file is too large")
        return found


class Assign(Form):
    """Whom a line is for."""

    to = typed("for", "twelve digits of a trading code, or HG-OUT- and a number", 32)
    why = why()


class Withdraw(Form):
    """Money that is to be paid out."""

    amount = typed("amount", "in yuan, like 1234.56", 24)
    payee = typed("payee", "who is paid", 70)
    account = typed("bank account", "of the payee", 42)
    why = why()


class Number(Form):
    """Another number of a bank account."""

    account = typed("bank account", "under which the bank keeps the money of this book", 42)
    why = why()


class Lodge(Form):
    """Collateral that comes or goes back."""

    kind = forms.ChoiceField(label="kind", choices=[(str(one), str(one)) for one in CollateralKind])
    name = typed("name", "a product like cu, a bond by its number, or USD", 27)
    quantity = typed("quantity", "lots of a warrant; face of a bond in yuan; dollars", 24)
    last_day = forms.CharField(
        label="last day", help_text="to which it is valid, like 2026-11-30; nothing without an end",
        max_length=10, required=False, widget=forms.TextInput(attrs=PLAIN),
    )  # fmt: skip
    why = why()


class Cents(Form):
    """Dollars that become cash of the pool."""

    amount = typed("amount", "in dollars, like 1234.56", 24)
    why = why()


class Figure(Form):
    """A rate or valuation from a day on."""

    name = typed("name", "USD, deposit interest, or bond and its number", 32)
    value = typed("value", "7.1066 yuan for a dollar, 100.90 for 100 of face, 0.35% a year", 24)
    day = typed("from", "the first day on which it holds, like 2026-08-21", 10)
    source = typed("source", "where it is read", 200)
    why = why()


FORMS = (Statement, Assign, Withdraw, Number, Lodge, Cents, Figure)
