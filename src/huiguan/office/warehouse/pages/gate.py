"""The warehouse before a page is made: none, not read yet, not to be read, or as it stands."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from huiguan.foundation.faults import Fault
from huiguan.office.display.views import AGAIN_SECONDS
from huiguan.office.people.pages.gate import desk
from huiguan.office.warehouse import here

Request = Any  # django.http.HttpRequest and its answer; Django says no types
Answer = Any
View = Callable[..., Answer]
UNREADABLE = 503
PLACE = f"HALL/{here.FOLDER}"
BEGIN, LOOK = (
    [" ".join(("huiguan", "warrants", *words)) for words in calls]
    for calls in (
        (("template", PLACE), ("template", PLACE, "--example")),
        (("show", PLACE),),
    )
)


def with_house(view: View) -> View:
    """Hand the folder as it stands to a view, or say why there is nothing to show."""

    @wraps(view)
    def shown(request: Request, **given: Any) -> Answer:  # noqa: ANN401  as the view has it
        try:
            house = here.house()
        except here.NoWarehouse:
            return desk(request, "no_warehouse.html", commands=BEGIN)
        except here.NotRead:
            answer = desk(request, "no_warehouse.html", UNREADABLE, why="reading")
            answer.headers["Refresh"] = str(AGAIN_SECONDS)
            return answer
        except Fault:
            given = {"why": "fault", "commands": LOOK}
            return desk(request, "no_warehouse.html", UNREADABLE, **given)
        return view(request, house=house, **given)

    return shown
