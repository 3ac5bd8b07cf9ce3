"""The forms of a live day: what is to be stopped or let go, by name, and why."""

from __future__ import annotations

from django import forms

from huiguan.office.days.deeds.measures import BOUNDED, HALTED, RIGHTS, SWITCHED
from huiguan.office.people.pages.forms import Form, why, words
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


class Stop(Form):
    """A stop by one person, at once."""

    kind = choice("of a", (*HALTED, *SWITCHED))
    name = name("a product, a contract, a member or a trading code, by its name")
    why = words("why", "a second person decides on it after, and the auditor reads it")

    @property
    def about(self) -> str:
        """What is stopped, as the record names it."""
        return f"{self.cleaned_data['kind']} {self.cleaned_data['name']}"


class EndStop(Form):
    """What a second person decides on a stop."""

    do = choice("what", ("confirm", "lift"))
    why = words("why", "the auditor reads it")


MEASURES: tuple[type[Measure], ...] = (Halt, KillSwitch, TradingRight)


def typed(label: str, example: str, *, needed: bool = True) -> forms.CharField:
    """Return a field for a name or a figure, with an example."""
    shown = forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"})
    return forms.CharField(
        label=label, help_text=example, max_length=LONGEST_NAME, widget=shown, required=needed
    )


class Decision(Form):
    """What is decided about an evening: which deed, about what, and why."""

    title = ""
    action = Action.DECIDE_SETTLEMENT

    def subject(self, day: int) -> str:
        """Return what it is about, as a proposal names it."""
        del day
        return f"contract {self.cleaned_data['contract']}"


class Price(Decision):
    """A settlement price for the close that is still to come."""

    title = "Decide a settlement price"
    contract = typed("contract", "a contract like cu2610")
    price = typed("price", "in the unit of the quote, on its tick")
    why = why()


class Correct(Decision):
    """A correction of a closed day."""

    title = "Correct the result"
    action = Action.CORRECT_RESULT
    contract = typed("contract", "a contract like cu2610; nothing clears the day again as it is",
                     needed=False)  # fmt: skip
    price = typed("price", "its settlement price; nothing takes a decided one back", needed=False)
    why = why()

    def subject(self, day: int) -> str:
        """Return what it is about, as a proposal names it."""
        return f"day {day}"


class FirstPrice(Decision):
    """The first price of a contract that the next day lists."""

    title = "First price of a new contract"
    action = Action.SET_FIRST_PRICE
    contract = typed("contract", "a contract that the next day lists")
    price = typed("price", "in the unit of the quote, on its tick")
    why = why()


class PoolMoney(Decision):
    """Money that a member pays in or takes out at the next opening."""

    title = "Money of a member at the next opening"
    action = Action.MOVE_POOL_MONEY
    pool = typed("pool", "a member and whose money, like 0001/house or 0001/clients")
    amount = typed("amount", "in yuan; with a minus what is paid out")
    why = why()

    def subject(self, day: int) -> str:
        """Return what it is about, as a proposal names it."""
        del day
        return f"pool {self.cleaned_data['pool']}"


DECISIONS: dict[str, type[Decision]] = {
    "price": Price,
    "correct": Correct,
    "first": FirstPrice,
    "pool": PoolMoney,
}
