"""The room of circulars, made ready."""

from __future__ import annotations

from django.apps import AppConfig


class CircularsConfig(AppConfig):
    """Tells the deed and the desk of circulars once the tables are known."""

    name = "huiguan.office.circulars"

    def ready(self) -> None:
        """Register how a circular is issued."""
        from huiguan.office.circulars.issuing import DEEDS  # noqa: PLC0415  models come first
        from huiguan.office.people.deeds import register  # noqa: PLC0415  the same
        from huiguan.office.people.pages.gate import Desk, set_up  # noqa: PLC0415  the same
        from huiguan.office.people.roles import Action, Right  # noqa: PLC0415  the same

        register(DEEDS)
        set_up(Desk("rule-desk", "Rule desk", Action.SEE_DAYS, Right.SEE))
