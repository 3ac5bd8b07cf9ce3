"""A circular of the hall: a draft, its shadow run, and the row of a rulebook that it becomes."""

from __future__ import annotations

import enum

from django.db import models
from django.db.models import Q

from huiguan.office.people.models import User, one_of

LIMITS, FEE, OPENING = "circular", "fee", "opening_limit"  # tables of a book
HOLIDAY = "year"  # a table of a calendar
HEADINGS = {
    LIMITS: "Price limit and margins",
    FEE: "Fee",
    OPENING: "Opening limit",
    HOLIDAY: "Holiday",
}
LONGEST_TITLE, LONGEST_NAME = 160, 16


class CircularState(enum.StrEnum):
    """How far a circular is."""

    DRAFT = "draft"
    APPROVED = "approved"  # by two persons; the books are being written
    ISSUED = "issued"
    FAILED = "failed"  # it came too late, or no longer fits the books


class HallCircular(models.Model):
    """What is to change, in whose words, what it would have done, and how far it is."""

    key = models.CharField(max_length=32, unique=True)  # its folder names the one that made it
    product = models.CharField(max_length=LONGEST_NAME)  # of a holiday: the calendar
    table = models.CharField(max_length=32)
    row = models.JSONField()
    takes_effect = models.IntegerField()  # the first trading day under it
    title = models.CharField(max_length=LONGEST_TITLE)
    chinese = models.CharField(max_length=LONGEST_TITLE)
    drafted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    drafted_at = models.DateTimeField()
    shadowed_at = models.DateTimeField(null=True)
    shadow = models.JSONField(default=dict)  # what the last closed day would have been
    state = models.CharField(max_length=8, default=CircularState.DRAFT)
    number = models.IntegerField(null=True, unique=True)
    decided_at = models.DateTimeField(null=True)
    said = models.CharField(max_length=500, default="")  # why it failed

    class Meta:
        """What the database holds to."""

        constraints = (
            one_of("state", tuple(CircularState), "circular_state"),
            one_of("table", tuple(HEADINGS), "circular_table"),
            models.CheckConstraint(
                condition=Q(state=CircularState.ISSUED, number__isnull=False)
                | Q(~Q(state=CircularState.ISSUED), number__isnull=True),
                name="circular_numbered",
            ),
            models.CheckConstraint(
                condition=Q(state=CircularState.DRAFT) | Q(shadowed_at__isnull=False),
                name="circular_shadowed_first",
            ),
            models.CheckConstraint(condition=~Q(title="") & ~Q(chinese=""), name="circular_titles"),
        )

    @property
    def heading(self) -> str:
        """What kind of rule it changes, in words."""
        return HEADINGS[self.table]
