"""The room of the register, made ready."""

from __future__ import annotations

from django.apps import AppConfig


class RegisterConfig(AppConfig):
    """Tells the deeds and the desks of the register once the tables are known."""

    name = "huiguan.office.register"

    def ready(self) -> None:
        """Register how lists are changed, and put up the desks."""
        from huiguan.office.people.deeds import register  # noqa: PLC0415  models come first
        from huiguan.office.people.pages.gate import Desk, set_up  # noqa: PLC0415  the same
        from huiguan.office.people.roles import Action, Right  # noqa: PLC0415  the same
        from huiguan.office.register.changing import DEEDS  # noqa: PLC0415  the same

        register(DEEDS)
        set_up(
            Desk("register", "Register", Action.SEE_REGISTER, Right.SEE),
            Desk("own-register", "Own register", Action.SEE_MEMBER, Right.SEE),
        )
