"""The forms of traders and clerks: they read what was typed; others say what is right."""

from __future__ import annotations

from typing import Any

from django import forms

from huiguan.office.members.models import CODE_LENGTH, MEMBER_LENGTH, OFFSETS, SIDES
from huiguan.office.members.statements import LARGEST_FILE
from huiguan.office.people.pages.forms import Form, why

LARGEST_LOTS = 2**31 - 1


def typed(label: str, length: int, **shown: str) -> Any:  # noqa: ANN401  Django says no types
    """Return a field of a word or a figure, without the browser's guesses."""
    attributes = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false", **shown}
    return forms.CharField(label=label, max_length=length, widget=forms.TextInput(attrs=attributes))


class OrderForm(Form):
    """An order as it is typed."""

    trading_code = forms.ChoiceField(label="trading code")
    contract = typed("contract", 16, list="contracts")
    side = forms.ChoiceField(label="side", choices=[(side, side) for side in SIDES])
    offset = forms.ChoiceField(
        label="offset", choices=[(one, one.replace("_", " ")) for one in OFFSETS]
    )
    price = typed("price", 24, inputmode="decimal")
    lots = forms.IntegerField(label="lots", min_value=1, max_value=LARGEST_LOTS)

    def __init__(self, codes: list[str], spoken: Any, *given: Any, **more: Any) -> None:  # noqa: ANN401  as Django has it
        """Ask for one of one's own codes, choices in the reader's language."""
        super().__init__(*given, **more)
        self.fields["trading_code"].choices = [(code, code) for code in codes]
        for name in ("side", "offset"):
            field = self.fields[name]
            field.choices = [(value, spoken(text)) for value, text in field.choices]


class BindingForm(Form):
    """What a user is to be to the market."""

    member = forms.CharField(
        label="member",
        help_text="the four digits of the member; empty binds the user to nothing",
        max_length=MEMBER_LENGTH,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )
    codes = forms.CharField(
        label="trading codes",
        help_text="of twelve digits, with blanks between; a member clerk needs none",
        max_length=60 * (CODE_LENGTH + 1),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    why = why()


class KeyForm(Form):
    """A key for a program of the member."""

    name = typed("key", 32)
    codes = forms.CharField(
        label="trading codes",
        help_text="with blanks between; empty is every code of the member",
        max_length=60 * (CODE_LENGTH + 1),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    rights = forms.ChoiceField(
        label="rights", choices=[("read", "read only"), ("trade", "trade and read")]
    )

    def __init__(self, spoken: Any, *given: Any, **more: Any) -> None:  # noqa: ANN401  as Django has it
        """Say choices in the reader's language."""
        super().__init__(*given, **more)
        field = self.fields["rights"]
        field.choices = [(value, spoken(text)) for value, text in field.choices]


class BrokerForm(Form):
    """A broker's statement, for one of one's own codes."""

    trading_code = forms.ChoiceField(label="trading code")
    file = forms.FileField(
        label="statement of the broker",
        help_text="the text that a CTP counter gives: by day, by trade or of a month",
        max_length=255,
    )

    def __init__(self, codes: list[str], *given: Any) -> None:  # noqa: ANN401  as Django has it
        """Ask for one of one's own codes."""
        super().__init__(*given)
        self.fields["trading_code"].choices = [(code, code) for code in codes]

    def clean_file(self) -> Any:  # noqa: ANN401  a file, as Django has it
        """Refuse a file that no statement is as long as."""
        file = self.cleaned_data["file"]
        if file.size > LARGEST_FILE:
            raise forms.ValidationError(f"a statement is at most {LARGEST_FILE >> 20} MB long")
        return file


FORMS = (OrderForm, BindingForm, KeyForm, BrokerForm)
