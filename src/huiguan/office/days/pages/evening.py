"""The end of a day as a page, its decisions and its turn; the beginning of a day as another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404

from huiguan.days.cleared import is_closed
from huiguan.foundation.calendars import show_day
from huiguan.foundation.faults import Fault, InputFault
from huiguan.office.days import checklist, floor, selectors
from huiguan.office.days.deeds import decisions
from huiguan.office.days.deeds.measures import WAITING_STEPS
from huiguan.office.days.pages import forms
from huiguan.office.display.here import shown
from huiguan.office.people.pages.account import REFUSED
from huiguan.office.people.pages.forms import Why
from huiguan.office.people.pages.gate import desk, open_to, reader
from huiguan.office.people.pages.people import proposed
from huiguan.office.people.pages.steps import StepState
from huiguan.office.people.roles import Action, Right

if TYPE_CHECKING:
    from collections.abc import Sequence

    from huiguan.office.days.deeds.decisions import Kept, Undecided
    from huiguan.office.days.floor import FloorStands

Request = Any  # django.http.HttpRequest and its answer; Django says no types
Answer = Any
AGAIN_SECONDS = 5
MOST_PRICES = 60  # contracts named on the page


def floor_now() -> FloorStands | None:
    """Return how far the floor is, or None while it does not answer."""
    try:
        return floor.stands()
    except InputFault:
        return None


def kept_now() -> Kept | None:
    """Return what is kept for the evening, or None while the floor does not answer."""
    try:
        return decisions.kept()
    except InputFault:
        return None


def known_day(day: str, stands: FloorStands | None) -> int:
    """Return the day that a page is about; without a name the one that trades or is turned."""
    chosen = int(day) if day else checklist.ending_day(stands)
    if not (floor.days_folder() / str(chosen) / "image" / "image.json").exists():
        raise Http404
    return chosen


@open_to(Action.SEE_DAYS, Right.SEE)
def day_end(request: Request, day: str = "") -> Answer:
    """Show how a day ends, and propose what is decided about it."""
    stands = floor_now()
    chosen = known_day(day, stands)
    found = checklist.day_end(chosen, stands)
    may = reader(request).may(Action.TURN_DAY, Right.MAKE)
    sent = request.POST.get("form", "turn") if request.method == "POST" else ""
    form = Why(request.POST if sent == "turn" else None) if may and found.waits else None
    if form is not None and form.is_valid():
        made = proposed(request, Action.TURN_DAY, f"day {chosen}", form)
        if made:
            return made
    kept = kept_now()
    if kept is None or kept.trading_day != chosen:
        kept = None
    asked = []
    for name in offered(kept, stands) if may else ():
        one = forms.DECISIONS[name](request.POST if sent == name else None, prefix=name)
        if one.is_valid() and (made := proposed(request, one.action, one.subject(chosen), one)):
            return made
        asked.append((name, one))
    prices = undecided(chosen)
    refused = any(one.errors for one in (form, *(one for _, one in asked)) if one is not None)
    answer = desk(
        request, "day_end.html", REFUSED if refused else 200, end=found, told=show_day(chosen),
        form=form, stands=stands, asked=asked, kept=kept, prices=prices[:MOST_PRICES],
        counted=len(prices), left=max(0, len(prices) - MOST_PRICES),
    )  # fmt: skip
    if request.method != "POST" and any(s.state is StepState.RUNNING for s in found.steps):
        answer.headers["Refresh"] = str(AGAIN_SECONDS)
    return answer


def offered(kept: Kept | None, stands: FloorStands | None) -> Sequence[str]:
    """Return what can be decided about the evening of a day now, by the names of the forms."""
    if kept is None or stands is None:
        return ()
    if kept.version == 0:
        return ("price", "first", "pool")
    waits = stands.turning == kept.trading_day and stands.step in WAITING_STEPS
    return ("correct", "first", "pool") if waits else ()


def undecided(day: int) -> list[Undecided]:
    """Return the contracts that somebody holds and no trade has priced, so far or in the end."""
    root = floor.days_folder() / str(day)
    if is_closed(root):
        try:
            return decisions.undecided(root)
        except Fault:  # the checklist says what is wrong with the folder
            return []
    here = shown()
    with here.follower.lock:
        seen = here.follower.day
        if seen is None or not seen.reads or seen.image.settings.trading_day != day:
            return []
        return decisions.without_trades(seen.image, seen.books.volumes)


@open_to(Action.SEE_DAYS, Right.SEE)
def day_start(request: Request, day: str = "") -> Answer:
    """Show how a day began: without a name the one that trades or is being turned."""
    stands = floor_now()
    chosen = known_day(day, stands)
    steps = checklist.day_start(chosen, shown().books.digest, stands)
    forced = selectors.forced_on(chosen)
    return desk(
        request, "day_start.html", steps=steps, told=show_day(chosen), day=chosen, forced=forced
    )
