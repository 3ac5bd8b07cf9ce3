"""What goes from the office to the market, and what is kept of a closed day.

An errand is written in the transaction that approves its proposal, and its end once; a recorded day
and its pools are never changed or removed (triggers, in the second migration).
"""

from __future__ import annotations

import enum

from django.db import models
from django.db.models import F, Q

from huiguan.office.people.models import HASH_LENGTH, Proposal, User, one_of
from huiguan.office.people.roles import Action


class ErrandState(enum.StrEnum):
    """How far an errand is."""

    WAITING = "waiting"
    DONE = "done"
    REFUSED = "refused"


class Asked(models.Model):
    """What the market is to do; it is asked until it answers."""

    request = models.CharField(max_length=40, unique=True)  # the market does one of a name once
    do = models.CharField(max_length=16)  # as the operator's door names it
    given = models.JSONField()
    made_at = models.DateTimeField()
    state = models.CharField(max_length=8, default=ErrandState.WAITING)
    answered_at = models.DateTimeField(null=True)
    count = models.BigIntegerField(default=0)  # how many things the market touched
    said = models.CharField(max_length=500, default="")  # why it refused

    class Meta:
        """No table of its own."""

        abstract = True


class Errand(Asked):
    """What the market is to do for an approved proposal."""

    proposal = models.OneToOneField(Proposal, on_delete=models.PROTECT, related_name="errand")

    class Meta:
        """What the database holds to."""

        constraints = (
            one_of("state", tuple(ErrandState), "errand_state"),
            models.CheckConstraint(
                condition=Q(state=ErrandState.WAITING, answered_at__isnull=True)
                | Q(~Q(state=ErrandState.WAITING), answered_at__isnull=False),
                name="errand_answered",
            ),
        )

    @property
    def told_as(self) -> tuple[str, str]:
        """What the record calls it: the action, and what it is about."""
        return self.proposal.action, f"proposal {self.proposal_id}"


class EmergencyEnd(enum.StrEnum):
    """What a second person decided on an emergency."""

    OPEN = "open"  # nobody yet
    CONFIRMED = "confirmed"
    LIFTED = "lifted"


class Emergency(models.Model):
    """What one person stopped at once, why, and what another one decided on it after."""

    about = models.CharField(max_length=64)
    why = models.CharField(max_length=500)
    trading_day = models.IntegerField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    end = models.CharField(max_length=9, default=EmergencyEnd.OPEN)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)
    said = models.CharField(max_length=500, default="")  # by the second person

    class Meta:
        """What the database holds to: two persons."""

        constraints = (
            one_of("end", tuple(EmergencyEnd), "emergency_end"),
            models.CheckConstraint(
                condition=~Q(ended_by=F("made_by")), name="emergency_other_person"
            ),
            models.CheckConstraint(
                condition=Q(end=EmergencyEnd.OPEN, ended_by__isnull=True, ended_at__isnull=True)
                | Q(~Q(end=EmergencyEnd.OPEN), ended_by__isnull=False, ended_at__isnull=False),
                name="emergency_ended_by_somebody",
            ),
            models.CheckConstraint(condition=~Q(why=""), name="emergency_why"),
        )


class EmergencyErrand(Asked):
    """What the market is to do in an emergency: to stop, or to let go again."""

    emergency = models.ForeignKey(Emergency, on_delete=models.PROTECT, related_name="errands")
    lifts = models.BooleanField(default=False)

    class Meta:
        """What the database holds to."""

        constraints = (
            one_of("state", tuple(ErrandState), "emergency_errand_state"),
            models.CheckConstraint(
                condition=Q(state=ErrandState.WAITING, answered_at__isnull=True)
                | Q(~Q(state=ErrandState.WAITING), answered_at__isnull=False),
                name="emergency_errand_answered",
            ),
            models.UniqueConstraint(fields=("emergency", "lifts"), name="emergency_errand_once"),
        )

    @property
    def told_as(self) -> tuple[str, str]:
        """What the record calls it: the action, and what it is about."""
        return Action.STOP_IN_EMERGENCY, f"emergency {self.emergency_id}"


class RecordedDay(models.Model):
    """A closed day in one version of its result: hashes, counts, totals over all pools."""

    trading_day = models.IntegerField()
    version = models.IntegerField()
    next_trading_day = models.IntegerField()
    day_hash = models.CharField(max_length=HASH_LENGTH)  # of journal, events and states
    image_hash = models.CharField(max_length=HASH_LENGTH)
    result_hash = models.CharField(max_length=HASH_LENGTH, unique=True)
    rulebook_hash = models.CharField(max_length=HASH_LENGTH)
    commands = models.BigIntegerField()
    trades = models.BigIntegerField()
    volume_lots = models.BigIntegerField()
    turnover_fen = models.BigIntegerField()
    contracts = models.IntegerField()
    accounts = models.IntegerField()
    pools = models.IntegerField()
    calls = models.IntegerField()  # pools with a margin call
    reductions = models.IntegerField()
    cash_fen = models.BigIntegerField()
    margin_fen = models.BigIntegerField()
    fees_fen = models.BigIntegerField()  # of transactions and messages
    call_fen = models.BigIntegerField()
    reserve_share_fen = models.BigIntegerField()
    why = models.CharField(max_length=500, default="")  # of a correction
    recorded_at = models.DateTimeField()

    class Meta:
        """What the database holds to."""

        constraints = (
            models.UniqueConstraint(fields=("trading_day", "version"), name="recorded_day_once"),
            models.CheckConstraint(
                condition=Q(version__gte=1, next_trading_day__gt=F("trading_day")),
                name="recorded_day_goes_on",
            ),
            models.CheckConstraint(
                condition=Q(calls__gte=0, calls__lte=F("pools")), name="recorded_day_calls"
            ),
        )


class RecordedPool(models.Model):
    """What a day made of the money of a member at the exchange: its own, or its clients'."""

    day = models.ForeignKey(RecordedDay, on_delete=models.PROTECT, related_name="of_pools")
    member = models.CharField(max_length=16)
    house = models.BooleanField()
    previous_cash_fen = models.BigIntegerField()
    deposits_fen = models.BigIntegerField()
    withdrawals_fen = models.BigIntegerField()
    profit_fen = models.BigIntegerField()
    fees_fen = models.BigIntegerField()
    order_fees_fen = models.BigIntegerField()
    cash_fen = models.BigIntegerField()
    margin_fen = models.BigIntegerField()
    usable_fen = models.BigIntegerField()  # of collateral
    balance_fen = models.BigIntegerField()  # the clearing deposit
    minimum_fen = models.BigIntegerField()
    call_fen = models.BigIntegerField()

    class Meta:
        """What the database holds to: what came in and went out makes the cash there is."""

        constraints = (
            models.UniqueConstraint(fields=("day", "member", "house"), name="recorded_pool_once"),
            models.CheckConstraint(
                condition=Q(
                    cash_fen=F("previous_cash_fen")
                    + F("deposits_fen")
                    - F("withdrawals_fen")
                    + F("profit_fen")
                    - F("fees_fen")
                    - F("order_fees_fen"),
                    balance_fen=F("cash_fen") - F("margin_fen") + F("usable_fen"),
                ),
                name="recorded_pool_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(call_fen__gte=0, margin_fen__gte=0), name="recorded_pool_call"
            ),
        )

    @property
    def all_fees_fen(self) -> int:
        """What was paid for transactions, cash settlement and messages."""
        return self.fees_fen + self.order_fees_fen


class RecordedForced(models.Model):
    """Lots that are closed by force in the session after a recorded day."""

    day = models.ForeignKey(RecordedDay, on_delete=models.PROTECT, related_name="forced")
    place = models.IntegerField()  # in the list: the first one is closed first
    trading_day = models.IntegerField()  # of the session
    trading_code = models.CharField(max_length=16)
    instrument = models.CharField(max_length=16)
    side = models.CharField(max_length=8)
    hedging = models.BooleanField()
    lots = models.BigIntegerField()
    reason = models.CharField(max_length=32)

    class Meta:
        """What the database holds to."""

        constraints = (
            models.UniqueConstraint(fields=("day", "place"), name="recorded_forced_once"),
            models.CheckConstraint(condition=Q(lots__gt=0), name="recorded_forced_lots"),
        )


class RecordedMorning(models.Model):
    """That the opening after a recorded day is recorded: what it lists to be closed by force."""

    day = models.OneToOneField(RecordedDay, on_delete=models.PROTECT, related_name="morning")
    trading_day = models.IntegerField()
    image_hash = models.CharField(max_length=HASH_LENGTH)
    forced = models.IntegerField()  # how many entries the list has
    forced_lots = models.BigIntegerField()
    recorded_at = models.DateTimeField()

    class Meta:
        """What the database holds to."""

        constraints = (
            models.CheckConstraint(
                condition=Q(forced__gte=0, forced_lots__gte=F("forced")),
                name="recorded_morning_counts",
            ),
        )


class Proof(models.Model):
    """What `huiguan day verify` said of a day when an auditor asked for it."""

    trading_day = models.IntegerField()
    asked_by = models.BigIntegerField()  # the number of a user
    asked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    good = models.BooleanField(null=True)
    said = models.TextField(default="")

    class Meta:
        """What the database holds to."""

        constraints = (
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, good__isnull=True)
                | Q(ended_at__isnull=False, good__isnull=False),
                name="proof_ended",
            ),
        )
