"""Who a user is to the market, the keys the office asked for, and the orders it sent.

The database holds to what no page may pass by: a user is bound once, a code is one of the member it
is bound with, a form sends one order, an outcome does not change once it is known (triggers, in the
second migration).
"""

from __future__ import annotations

import enum

from django.db import models
from django.db.models import Q

from huiguan.office.people.models import HASH_LENGTH, User, one_of

MEMBER_LENGTH, CODE_LENGTH = 4, 12
KEY_NAME_LENGTH = 64
FORM_LENGTH = 32
SIDES = ("buy", "sell")
OFFSETS = ("open", "close", "close_today", "close_yesterday")


class Binding(models.Model):
    """What a user is to the market: of a member (or of none any more), for some of its codes."""

    user = models.OneToOneField(User, on_delete=models.PROTECT, primary_key=True)
    member = models.CharField(max_length=MEMBER_LENGTH)
    version = models.IntegerField(default=1)  # rises with each change, and the desk's key with it

    @property
    def codes(self) -> list[str]:
        """The trading codes, in order."""
        return sorted(held.code for held in self.held.all())


class BoundCode(models.Model):
    """A trading code of a binding; it begins with the number of the member (a trigger)."""

    binding = models.ForeignKey(Binding, on_delete=models.PROTECT, related_name="held")
    code = models.CharField(max_length=CODE_LENGTH)

    class Meta:
        """What the database holds to."""

        constraints = (models.UniqueConstraint(fields=("binding", "code"), name="bound_code_once"),)


class DoorKey(models.Model):
    """A key that the office wants at the doors, or wants gone; the floor is told until it knows."""

    name = models.CharField(max_length=KEY_NAME_LENGTH, unique=True)
    member = models.CharField(max_length=MEMBER_LENGTH)
    codes = models.TextField(default="")  # with blanks between; none: every code of the member
    may_trade = models.BooleanField()
    token_hash = models.CharField(max_length=HASH_LENGTH, unique=True)
    holder = models.CharField(max_length=32, default="")  # a desk of the office; else a program
    made_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    is_told = models.BooleanField(default=False)

    class Meta:
        """What the database holds to."""

        constraints = (
            models.CheckConstraint(
                condition=Q(holder="") | Q(may_trade=False) | ~Q(codes=""),
                name="desk_trades_by_code",
            ),
            models.UniqueConstraint(
                fields=("holder",),
                condition=Q(withdrawn_at__isnull=True) & ~Q(holder=""),
                name="desk_has_one_key",
            ),
        )


class Fate(enum.StrEnum):
    """What became of an order that the office sent."""

    SENT = "sent"  # and nothing is known yet
    ENTERED = "entered"
    REFUSED = "refused"
    NOT_PLACED = "not placed"  # it never reached the market


class SentOrder(models.Model):
    """An order from a form; its number is the client's own number of it at the exchange."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    form = models.CharField(max_length=FORM_LENGTH)
    trading_day = models.IntegerField()
    trading_code = models.CharField(max_length=CODE_LENGTH)
    contract = models.CharField(max_length=16)
    side = models.CharField(max_length=4)
    offset = models.CharField(max_length=16)
    price = models.CharField(max_length=24)
    lots = models.IntegerField()
    sent_at = models.DateTimeField()
    fate = models.CharField(max_length=16, default=Fate.SENT)
    sequence = models.BigIntegerField(null=True)  # of the command at the exchange: it explains it
    order_id = models.BigIntegerField(null=True)
    refusal = models.IntegerField(null=True)
    first_figure = models.BigIntegerField(null=True)
    second_figure = models.BigIntegerField(null=True)
    said = models.CharField(max_length=300, default="")  # by the door, where it was not placed

    class Meta:
        """What the database holds to."""

        constraints = (
            models.UniqueConstraint(fields=("user", "form"), name="form_once"),
            one_of("side", SIDES, "order_side"),
            one_of("offset", OFFSETS, "order_offset"),
            one_of("fate", tuple(Fate), "order_fate"),
            models.CheckConstraint(condition=Q(lots__gt=0), name="order_lots"),
            models.CheckConstraint(
                condition=~Q(fate=Fate.ENTERED) | Q(order_id__isnull=False),
                name="order_entered_has_id",
            ),
            models.CheckConstraint(
                condition=~Q(fate=Fate.REFUSED) | Q(refusal__gt=0), name="order_refused_has_number"
            ),
        )
