"""The forms of a live day: what is to be stopped or let go, by name, and why."""

from __future__ import annotations

from django import forms

from huiguan.office.days.measures import BOUNDED, HALTED, RIGHTS, SWITCHED
from huiguan.office.people.pages.forms import Form, why
from huiguan.office.people.roles import Action

LONGEST_NAME = 32
HALTS = (Action.HALT_TRADING, Action.RESUME_TRADING)
SWITCHES = (Action.ENGAGE_KILL_SWITCH, Action.LIFT_KILL_SWITCH)


def choice(label: str, values: tuple[str, ...]) -> forms.ChoiceField:
    """Return a field to choose one of some words."""
    return forms.ChoiceField(label=label, choices=[(str(value), str(value)) for value in values])


def name(example: str) -> forms.CharField:
    """Return a field for the name of what a measure is about."""
    shown = forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"})
    return forms.CharField(label="name", help_text=example, max_length=LONGEST_NAME, widget=shown)


class Measure(Form):
    """What every measure says: what is done, about what, and why."""

    title = ""

    @property
    def action(self) -> Action:
        """What is proposed."""
        return Action(self.cleaned_data["do"])

    @property
    def subject(self) -> str:
        """What it is about, as a proposal names it."""
        return f"{self.cleaned_data['kind']} {self.cleaned_data['name']}"


class Halt(Measure):
    """A halt, or the end of one."""

    title = "Halt, or end a halt"
    do = choice("what", HALTS)
    kind = choice("of a", HALTED)
    name = name("a product like cu, or a contract like cu2610")
    why = why()


class KillSwitch(Measure):
    """A kill switch, or the end of one."""

    title = "Kill switch"
    do = choice("what", SWITCHES)
    kind = choice("of a", SWITCHED)
    name = name("four digits of a member, or twelve of a trading code")
    why = why()


class TradingRight(Measure):
    """Another trading right."""

    title = "Trading right"
    kind = choice("of a", BOUNDED)
    name = name("a contract like cu2610, or twelve digits of a trading code")
    right = choice("trading right", tuple(RIGHTS))
    why = why()

    @property
    def action(self) -> Action:
        """What is proposed."""
        return Action.CHANGE_TRADING_RIGHT


MEASURES: tuple[type[Measure], ...] = (Halt, KillSwitch, TradingRight)
