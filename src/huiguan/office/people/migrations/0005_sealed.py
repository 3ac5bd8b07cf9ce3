"""Names and secrets of before are sealed, each by the key of its person."""

from __future__ import annotations

from typing import Any

from django.db import migrations
from django.utils import timezone

from huiguan.office.people.second_factor import SECRET
from huiguan.office.persons.data import NAME, vault


def seal(apps: Any, schema_editor: Any) -> None:  # noqa: ANN401  Django says no types
    """Seal what stands in the clear."""
    del schema_editor
    persons, factors = (
        apps.get_model("persons", "PersonKey"),
        apps.get_model("people", "SecondFactor"),
    )
    for user in apps.get_model("people", "User").objects.order_by("pk"):
        keys = vault()
        user.person = persons.objects.create(made_at=timezone.now())
        keys.make(user.person.pk)
        user.sealed_name = keys.seal(user.person.pk, user.name, NAME)
        user.name_index = keys.index(user.name, NAME)
        user.save()
        for factor in factors.objects.filter(user=user):
            factor.secret = keys.seal(user.person.pk, factor.secret, SECRET)
            factor.save()


class Migration(migrations.Migration):
    """There is no way back: what was sealed stays so."""

    dependencies = (("people", "0004_persons"),)
    operations = (migrations.RunPython(seal),)
