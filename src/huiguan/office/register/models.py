"""A row of a list of the register: as it stands, and the two persons who answer for it.

What it was before stands in the record and in the proposals. No row is ever removed, and none
becomes another's (triggers, in the second migration).
"""

from __future__ import annotations

from django.db import models

from huiguan.exchange.register.lists import Listed
from huiguan.office.people.models import one_of


class Entry(models.Model):
    """A row, by the list and its key; its cells are the texts of a table."""

    listed = models.CharField(max_length=16)
    key = models.CharField(max_length=96)
    member = models.CharField(max_length=4)
    cells = models.JSONField()
    maker = models.BigIntegerField(default=0)  # numbers of users; 0: the morning of a first start
    checker = models.BigIntegerField(default=0)
    changed_at = models.DateTimeField(db_index=True)

    class Meta:
        """What the database holds to."""

        constraints = (
            models.UniqueConstraint(fields=("listed", "key"), name="entry_once"),
            one_of("listed", tuple(Listed), "entry_listed"),
            models.CheckConstraint(condition=~models.Q(member=""), name="entry_of_member"),
            models.CheckConstraint(
                condition=models.Q(maker=0, checker=0) | ~models.Q(maker=models.F("checker")),
                name="entry_of_two",
            ),
        )
        indexes = (models.Index(fields=("listed", "member"), name="entry_by_member"),)
