"""The room of the ledger, made ready."""

from __future__ import annotations

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """Tells the deeds and desks of the ledger once the tables are known."""

    name = "huiguan.office.ledger"

    def ready(self) -> None:
        """Register what is done to money."""
        from huiguan.office.ledger.collateral import deeds  # noqa: PLC0415  models come first
        from huiguan.office.ledger.deeds import DEEDS  # noqa: PLC0415  the same
        from huiguan.office.ledger.pages import steps  # noqa: PLC0415  the same
        from huiguan.office.people.deeds import register  # noqa: PLC0415  the same
        from huiguan.office.people.pages.gate import Desk, set_up  # noqa: PLC0415  the same
        from huiguan.office.people.pages.steps import AT_END, AT_START  # noqa: PLC0415  the same
        from huiguan.office.people.roles import Action, Right  # noqa: PLC0415  the same

        register(DEEDS | deeds.DEEDS)
        AT_START.extend((steps.morning, steps.bank))
        AT_END.extend((steps.evening, steps.bank))
        set_up(Desk("ledger", "Ledger", Action.SEE_LEDGER, Right.SEE))
