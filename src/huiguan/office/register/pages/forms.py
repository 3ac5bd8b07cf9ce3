"""The forms of the register, made of the columns of its lists; a file of many rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms

from huiguan.exchange.register.lists import TABLES, Listed, Row
from huiguan.office.people.pages.forms import Form, why

if TYPE_CHECKING:
    from collections.abc import Callable

    from huiguan.foundation.readers.sheets import Column

LONGEST = 200


def field_of(column: Column, spoken: Callable[[str], str]) -> Any:  # noqa: ANN401  Django says no types
    """Return the field of a column."""
    label = column.name.replace("_", " ")
    if column.words:
        choices = [(word, spoken(word)) for word in column.words]
        return forms.ChoiceField(label=label, choices=choices, help_text=column.says)
    shown = forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"})
    return forms.CharField(
        label=label,
        help_text=column.says,
        max_length=LONGEST,
        required=column.default is None,
        widget=shown,
    )


class RowForm(Form):
    """A row of a list as it is typed."""

    why = why()

    def __init__(
        self,
        listed: Listed,
        spoken: Callable[[str], str],
        *given: Any,  # noqa: ANN401  as Django has it
        **more: Any,  # noqa: ANN401  the same
    ) -> None:
        """Ask for each column of the list, then for the reason."""
        super().__init__(*given, **more)
        reason = self.fields.pop("why")
        self.listed = listed
        for column in TABLES[listed].columns:
            self.fields[column.name] = field_of(column, spoken)
        self.fields["why"] = reason

    @property
    def row(self) -> Row:
        """The row that was typed."""
        return {head: self.cleaned_data[head].strip() for head in TABLES[self.listed].heads}


class FileForm(Form):
    """A file with rows of a list, and the reason."""

    file = forms.FileField(
        label="file",
        help_text="CSV or a spreadsheet, with the heads that the list has when it comes out",
    )
    why = why()


FORMS = (FileForm,)
