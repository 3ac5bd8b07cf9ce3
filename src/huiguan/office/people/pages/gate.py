"""Who may open a page: the right first, then the page; a guest is asked to sign in."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlencode

from django.http import HttpResponseRedirect
from django.utils.functional import SimpleLazyObject

from huiguan.office.display.views import page
from huiguan.office.people.roles import Action, Right, roles_with
from huiguan.office.people.second_factor import is_missing
from huiguan.office.people.selectors import Person, person_of

if TYPE_CHECKING:
    from collections.abc import Callable

Request = Any  # django.http.HttpRequest and its answer; Django says no types
Answer = Any
SIGN_IN, ACCOUNT = "/sign-in", "/account"


class Desk(NamedTuple):
    """A link that stands on top of the pages of the office, for those who may follow it."""

    name: str  # of the address, after the first stroke
    text: str
    action: Action
    right: Right


DESKS = [
    Desk("account", "Account", Action.KEEP_OWN_ACCOUNT, Right.DO),
    Desk("proposals", "Proposals", Action.SEE_OWN_PROPOSALS, Right.SEE),
    Desk("users", "Users", Action.SEE_USERS, Right.SEE),
    Desk("record", "Record", Action.SEE_RECORD, Right.SEE),
]


def set_up(*desks: Desk) -> None:
    """Put the desks of another room between the account and the proposals, in their order."""
    DESKS[-3:-3] = desks


def who(request: Request) -> dict[str, object]:
    """Return the reader of a page for its template; asked for only where it is shown."""
    return {"person": SimpleLazyObject(lambda: reader(request))}


def reader(request: Request) -> Person:
    """Return who reads, found once a request."""
    if not hasattr(request, "reader"):
        request.reader = person_of(getattr(request, "user", None))
    found: Person = request.reader
    return found


def desk(request: Request, template: str, status: int = 200, **given: object) -> Answer:
    """Return a page of the office with the links that its reader may follow."""
    person = reader(request)
    links = [desk for desk in DESKS if person.may(desk.action, desk.right)]
    return page(request, template, status, desk=links, **given)


def see_other(address: str) -> Answer:
    """Return the way to a page that may be loaded again without doing anything again."""
    answer = HttpResponseRedirect(address)
    answer.status_code = 303
    return answer


def open_to(
    action: Action, right: Right
) -> Callable[[Callable[..., Answer]], Callable[..., Answer]]:
    """Open a page to those with a right; others are told whom it is for, whatever it would show."""

    def gate(view: Callable[..., Answer]) -> Callable[..., Answer]:
        @wraps(view)
        def opened(request: Request, **given: object) -> Answer:
            person = reader(request)
            if person.user is None:
                back = urlencode({"next": request.path})
                return HttpResponseRedirect(f"{SIGN_IN}?{back}")
            if not person.may(action, right):
                for_whom = roles_with(action, right)
                return desk(request, "not_yours.html", 403, for_whom=for_whom)
            unready = person.user.must_change_password or is_missing(person.user, person.roles)
            if unready and request.path != ACCOUNT:
                return HttpResponseRedirect(ACCOUNT)
            return view(request, **given)

        return opened

    return gate


def forged(request: Request, reason: str = "") -> Answer:
    """Return what is said of a form that did not come from a page of ours, or came too late."""
    del reason
    return desk(request, "forged.html", 403)
