"""The room of members and traders, made ready."""

from __future__ import annotations

from django.apps import AppConfig


class MembersConfig(AppConfig):
    """Tells the deeds and the desks of members once the tables are known."""

    name = "huiguan.office.members"

    def ready(self) -> None:
        """Register what is done to bindings, and put up the desks."""
        from huiguan.office.members.bindings import DEEDS  # noqa: PLC0415  models come first
        from huiguan.office.members.selectors import (  # noqa: PLC0415  the same
            export_binding,
            export_orders,
        )
        from huiguan.office.people.deeds import register  # noqa: PLC0415  the same
        from huiguan.office.people.pages.gate import Desk, set_up  # noqa: PLC0415  the same
        from huiguan.office.people.roles import Action, Right  # noqa: PLC0415  the same
        from huiguan.office.persons import exports  # noqa: PLC0415  the same

        register(DEEDS)
        exports.register("binding", export_binding)
        exports.register("orders", export_orders)
        set_up(
            Desk("trade", "Trading", Action.TRADE, Right.DO),
            Desk("member", "Member", Action.SEE_MEMBER, Right.SEE),
            Desk("keys", "Keys", Action.KEEP_KEYS, Right.DO),
            Desk("bindings", "Bindings", Action.SEE_BINDINGS, Right.SEE),
        )
