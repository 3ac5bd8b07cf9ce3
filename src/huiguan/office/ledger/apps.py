"""The room of the ledger, made ready."""

from __future__ import annotations

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """Names the room."""

    name = "huiguan.office.ledger"
    label = "ledger"
