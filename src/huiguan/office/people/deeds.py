"""What can be done under four eyes: each room of the office tells its deeds when it is made ready.

A deed reads what is, checks what is wanted, and does it; ``proposals`` calls it, nothing else does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from huiguan.office.people.models import User

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from huiguan.office.people.models import Proposal
    from huiguan.office.people.roles import Action

Facts = dict[str, Any]
Subject = User | str | None  # a person, another thing by its name, or what is still to be made


class Done(NamedTuple):
    """What a deed did, as the record tells it; a password that is shown once, and whose it is."""

    facts: Facts
    password: str = ""
    whose: str = ""


def at_once(_: Proposal) -> str:
    """Say nothing more of what was done when it was approved."""
    return ""


def anybody(_: User, __: Subject) -> None:
    """Let everybody propose whose roles let them."""


class Deed(NamedTuple):
    """One action under four eyes.

    ``run`` is called inside the transaction that approves the proposal. What it does outside of the
    database has to wait for the end of it: write down there that it is to be done, and do it after;
    ``became`` says how far that is. ``for_maker`` refuses a maker who may not propose it of this
    subject, whatever their roles.
    """

    before: Callable[[Subject], Facts]
    wanted: Callable[[Subject, Mapping[str, Any]], Facts]
    run: Callable[[Proposal], Done]
    became: Callable[[Proposal], str] = at_once
    for_maker: Callable[[User, Subject], None] = anybody  # refuses who proposes for another


DEEDS: dict[Action, Deed] = {}


def register(deeds: Mapping[Action, Deed]) -> None:
    """Let proposals know the deeds of a room; an action belongs to one room."""
    assert not DEEDS.keys() & deeds.keys(), "two rooms do the same"
    DEEDS.update(deeds)
