"""Mark a public function as a rule: where it stands, and how sure we are of it.

``docs/reference/rules.md`` is generated from these marks, so that outsiders find and call them.
"""

from collections.abc import Callable
from typing import TypeVar

F = TypeVar("F", bound=Callable[..., object])

STATUSES = ("confirmed", "secondary", "unconfirmed", "assumed", "invented")


def rule(article: str, status: str) -> Callable[[F], F]:
    """Return a decorator that notes ``article`` (where the rule stands) and ``status`` on it."""
    assert status in STATUSES, status

    def mark(function: F) -> F:
        function.__rule__ = (article, status)  # type: ignore[attr-defined]
        return function

    return mark
