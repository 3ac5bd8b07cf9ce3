"""The room of people, made ready."""

from __future__ import annotations

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Tells the deeds of people once the tables are known."""

    name = "huiguan.office.people"

    def ready(self) -> None:
        """Register what is done to people."""
        from huiguan.office.people.deeds import register  # noqa: PLC0415  models come first
        from huiguan.office.people.users import DEEDS  # noqa: PLC0415  the same

        register(DEEDS)
