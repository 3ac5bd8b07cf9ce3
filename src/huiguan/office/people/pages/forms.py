"""The forms of the office: they read what was typed; what is right is said by the services."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms

from huiguan.office.people.models import NAME_LENGTH
from huiguan.office.people.proposals import LONGEST_WORDS
from huiguan.office.people.roles import GIVEN

if TYPE_CHECKING:
    from huiguan.foundation.faults import InputFault

LANGUAGES = (("zh", "中文"), ("en", "English"))
LONGEST_PASSWORD = 128


def words(label: str, text: str, **given: Any) -> Any:  # noqa: ANN401  Django says no types
    """Return a field of one line."""
    return forms.CharField(label=label, help_text=text, max_length=LONGEST_WORDS, **given)


def password(label: str, text: str, kind: str) -> Any:  # noqa: ANN401  Django says no types
    """Return a field for a password; ``kind`` tells the browser's keeper of passwords which."""
    shown = forms.PasswordInput(attrs={"autocomplete": kind})
    return forms.CharField(
        label=label, help_text=text, max_length=LONGEST_PASSWORD, strip=False, widget=shown
    )


def roles() -> Any:  # noqa: ANN401  Django says no types
    """Return boxes to tick, one a role."""
    return forms.MultipleChoiceField(
        label="roles",
        choices=[(str(role), str(role)) for role in GIVEN],
        widget=forms.CheckboxSelectMultiple,
    )


def why() -> Any:  # noqa: ANN401  Django says no types
    """Return the field for the reason of a proposal."""
    return words("why", "the other person and the auditor read it")


class Form(forms.Form):
    """A form whose refusals by a service stand on top of it."""

    def refuse(self, fault: InputFault) -> None:
        """Say what a service said."""
        self.add_error(None, str(fault))


class SignIn(Form):
    """Name and password."""

    name = forms.CharField(
        label="name",
        max_length=NAME_LENGTH,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
    )
    password = password("password", "", "current-password")


class Code(Form):
    """Six digits of the app."""

    code = forms.CharField(
        label="code",
        help_text="six digits that the app shows now",
        max_length=16,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )


class EndFactor(Form):
    """The password, before codes are no longer asked for."""

    own = password("password", "", "current-password")


class Language(Form):
    """The language of the pages."""

    language = forms.ChoiceField(label="language", choices=LANGUAGES)


def own(label: str, keeper: str, most: int) -> Any:  # noqa: ANN401  Django says no types
    """Return a field of the own data; ``keeper`` tells the browser which."""
    shown = forms.TextInput(attrs={"autocomplete": keeper})
    return forms.CharField(label=label, max_length=most, required=False, widget=shown)


class OwnData(forms.Form):
    """What somebody says of themselves; all of it may stay empty."""

    full_name = own("full name", "name", 100)
    phone = own("phone", "tel", 32)
    e_mail = own("e-mail", "email", 120)
    identity_number = own("identity number", "off", 32)


class Find(forms.Form):
    """Exactly a name, or one of the own data."""

    text = forms.CharField(
        label="find a person",
        help_text="exactly the name, full name, phone, e-mail or identity number",
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class NewPassword(Form):
    """The old password, and a new one twice."""

    old = password("password until now", "", "current-password")
    new = password(
        "new password", "at least 12 letters; not the name, and not a common one", "new-password"
    )
    again = password("the same once more", "", "new-password")

    def clean(self) -> dict[str, Any]:
        """Refuse two that differ."""
        given: dict[str, Any] = super().clean()
        if given.get("new") != given.get("again"):
            self.add_error("again", "this is not the same as the new password")
        return given


class NewUser(Form):
    """A user to be made."""

    name = forms.CharField(
        label="name",
        help_text="to sign in with: small letters, digits, dots, hyphens; a letter first",
        max_length=NAME_LENGTH,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )
    language = forms.ChoiceField(label="language", choices=LANGUAGES)
    roles = roles()
    why = why()


class Roles(Form):
    """Other roles of a user."""

    roles = roles()
    why = why()


class Why(Form):
    """A change that needs a reason alone."""

    why = why()


class Decline(Form):
    """Why not."""

    why = words("why not", "the maker and the auditor read it")


FORMS = (
    SignIn,
    Code,
    EndFactor,
    Language,
    OwnData,
    Find,
    NewPassword,
    NewUser,
    Roles,
    Why,
    Decline,
)
