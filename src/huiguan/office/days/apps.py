"""The room of days, made ready."""

from __future__ import annotations

from django.apps import AppConfig


class DaysConfig(AppConfig):
    """Tells the deeds and desks of days once the tables are known."""

    name = "huiguan.office.days"

    def ready(self) -> None:
        """Register what is done on a live day."""
        from huiguan.office.days.deeds import decisions, measures  # noqa: PLC0415  models come first
        from huiguan.office.people.deeds import register  # noqa: PLC0415  the same
        from huiguan.office.people.pages.gate import Desk, set_up  # noqa: PLC0415  the same
        from huiguan.office.people.roles import Action, Right  # noqa: PLC0415  the same

        register(measures.DEEDS | decisions.DEEDS)
        set_up(
            Desk("live-day", "Live day", Action.SEE_LIVE_DAY, Right.SEE),
            Desk("day-start", "Day start", Action.SEE_DAYS, Right.SEE),
            Desk("day-end", "Day end", Action.SEE_DAYS, Right.SEE),
            Desk("days", "Days", Action.SEE_DAYS, Right.SEE),
        )
