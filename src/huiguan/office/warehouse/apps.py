"""The room of the warehouse, made ready."""

from __future__ import annotations

from django.apps import AppConfig


class WarehouseConfig(AppConfig):
    """The room of warrants, stocks and deliveries."""

    name = "huiguan.office.warehouse"
