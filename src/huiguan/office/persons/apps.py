"""The room of personal data."""

from __future__ import annotations

from django.apps import AppConfig


class PersonsConfig(AppConfig):
    """Has its tables alone; other rooms tell it what they keep of somebody (``exports``)."""

    name = "huiguan.office.persons"
