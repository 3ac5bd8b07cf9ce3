"""Who a reader is to the market, found before a page is made; what is said where it is not up."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

from django.http import Http404

from huiguan.foundation.faults import InputFault
from huiguan.office.display.views import AGAIN_SECONDS
from huiguan.office.members import keys, selectors
from huiguan.office.members.door import NotYours, UnknownKey
from huiguan.office.people.pages.gate import desk, open_to, reader
from huiguan.web.operator import NotReady

if TYPE_CHECKING:
    from huiguan.office.members.models import Binding
    from huiguan.office.people.models import User
    from huiguan.office.people.roles import Action, Right

Request = Any  # django.http.HttpRequest and its answer; Django says no types
Answer = Any
View = Callable[..., Answer]


def user_of(request: Request) -> User:
    """Return who reads a page that the gate has opened."""
    user = reader(request).user
    assert user is not None, "the gate lets nobody else in"
    return user


def when_ready(view: View) -> View:
    """Say so where the market does not answer; a page that was only opened asks again by itself."""

    @wraps(view)
    def answered(request: Request, **given: Any) -> Answer:  # noqa: ANN401  as the view has it
        try:
            return view(request, **given)
        except NotYours:  # the floor's word, should a page ever ask for another's
            raise Http404 from None
        except InputFault as fault:  # of the floor: a key of this desk was withdrawn there
            return desk(request, "refused.html", 409, said=str(fault))
        except NotReady as fault:
            if isinstance(fault, UnknownKey):
                keys.doubt()
            answer = desk(request, "not_ready.html", 503)
            if request.method != "POST":
                answer.headers["Refresh"] = str(AGAIN_SECONDS)
            return answer

    return answered


def for_bound(action: Action, right: Right, *, by_code: bool) -> Callable[[View], View]:
    """Open a page to those with a right who are bound: to a member, or to trading codes of it.

    The view is handed the binding; what an address names is looked for there and nowhere else.
    """

    def gate(view: View) -> View:
        @wraps(view)
        def opened(request: Request, **given: Any) -> Answer:  # noqa: ANN401  as the view has it
            found = selectors.binding_of(user_of(request))
            if found is None or (by_code and not found.codes):
                return desk(request, "unbound.html", 403, by_code=by_code)
            return when_ready(view)(request, binding=found, **given)

        return open_to(action, right)(opened)

    return gate


def own_code(binding: Binding, asked: str) -> str:
    """Return a code that an address or a form names, if it is the reader's own; the first else."""
    if asked and asked not in binding.codes:
        raise Http404
    return asked or binding.codes[0]
