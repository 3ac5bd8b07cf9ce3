"""Books, accounts, transfers, crossings: what the database itself holds to.

A transfer has one debit, one credit and one amount, in one book, and is never changed or removed;
a balance changes by a transfer alone; no account goes below zero that may not; a crossing goes
on step by step (CHECK here, triggers in the second migration).
"""

from __future__ import annotations

import enum
from typing import NamedTuple

from django.db import models
from django.db.models import F, Q

from huiguan.office.people.models import Proposal, User, one_of
from huiguan.office.persons import data

NAME_LENGTH = 64
REFERENCE_LENGTH = 160
WORDS_LENGTH = 200
LARGEST_FEN = 10**16  # a hundred million million yuan: more than all money there is
LARGEST_BALANCE = 4 * 10**18  # of what 64 bits hold
PAYEE, BANK_ACCOUNT = "payee", "bank account"  # of a proposal, sealed
FLOOR_IDS = 10**9  # a crossing's id on the floor is its number above this; below are an operator's


class AccountKind(enum.StrEnum):
    """What an account is for."""

    CODE = "trading code"  # the floor knows this money
    DEPOSIT = "clearing deposit"  # of a pool, in the book of the exchange
    MARGIN = "trading margin"
    MARKING = "marking"
    FEES = "fees"
    RESERVE = "risk reserve"
    EXCHANGE = "exchange"  # a pool's money at the exchange
    BANK = "bank"
    RECEIPTS = "unmatched receipts"
    PAYMENTS = "unmatched payments"
    WAY_IN = "on the way in"
    WAY_OUT = "on the way out"
    DUE = "payments due"


class AccountSide(enum.StrEnum):
    """The side on which an account grows."""

    DEBIT = "debit"
    CREDIT = "credit"


class Below(enum.StrEnum):
    """When an account may be below zero."""

    NEVER = "never"
    LOSSES = "losses"  # by an opening or an evening alone
    FREE = "free"


class Cause(enum.StrEnum):
    """What a transfer is of."""

    OPENING = "opening"
    EVENING = "evening"
    CROSSING = "crossing"
    BANK = "bank"
    REVERSAL = "reversal"


class LedgerBook(models.Model):
    """A legal entity or a supervised account; all its balances sum to zero."""

    name = models.CharField(max_length=NAME_LENGTH, unique=True)

    class Meta:
        """What the database holds to."""

        constraints = (models.CheckConstraint(condition=~Q(name=""), name="book_name"),)


class LedgerAccount(models.Model):
    """An account of a book; its balance counts on its own side, and only transfers change it."""

    book = models.ForeignKey(LedgerBook, on_delete=models.PROTECT, related_name="accounts")
    name = models.CharField(max_length=NAME_LENGTH)
    kind = models.CharField(max_length=24)
    side = models.CharField(max_length=6)
    below = models.CharField(max_length=6)
    balance_fen = models.BigIntegerField(default=0)
    last_transfer = models.BigIntegerField(default=0)  # that changed the balance

    class Meta:
        """What the database holds to."""

        constraints = (
            models.UniqueConstraint(fields=("book", "name"), name="account_once"),
            one_of("kind", tuple(AccountKind), "account_kind"),
            one_of("side", tuple(AccountSide), "account_side"),
            one_of("below", tuple(Below), "account_below"),
            models.CheckConstraint(
                condition=~Q(below=Below.NEVER) | Q(balance_fen__gte=0), name="account_not_below"
            ),
            models.CheckConstraint(
                condition=Q(balance_fen__gte=-LARGEST_BALANCE, balance_fen__lte=LARGEST_BALANCE),
                name="account_holds_numbers",
            ),
        )


class LedgerTransfer(models.Model):
    """One amount from the credit account to the debit account of a book, for ever."""

    number = models.BigIntegerField(primary_key=True)  # from 1, without a gap
    book = models.ForeignKey(LedgerBook, on_delete=models.PROTECT, related_name="+")
    debit = models.ForeignKey(LedgerAccount, on_delete=models.PROTECT, related_name="debits")
    credit = models.ForeignKey(LedgerAccount, on_delete=models.PROTECT, related_name="credits")
    amount_fen = models.BigIntegerField()
    reference = models.CharField(max_length=REFERENCE_LENGTH, unique=True)
    cause = models.CharField(max_length=8)
    trading_day = models.IntegerField(default=0)  # yyyymmdd that it belongs to; 0: to none
    reverses = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="reversal"
    )
    at = models.DateTimeField()

    class Meta:
        """What the database holds to, and how an account's newest transfers are found."""

        indexes = (
            models.Index(fields=("debit", "-number"), name="transfer_debits"),
            models.Index(fields=("credit", "-number"), name="transfer_credits"),
            models.Index(fields=("cause", "trading_day"), name="transfer_days"),
            models.Index(  # few rows have one: by the index of all, SQLite would rather read all
                fields=("reverses",), name="transfer_reversals", condition=Q(reverses__isnull=False)
            ),
        )
        constraints = (
            one_of("cause", tuple(Cause), "transfer_cause"),
            models.CheckConstraint(
                condition=Q(amount_fen__gt=0, amount_fen__lte=LARGEST_FEN), name="transfer_amount"
            ),
            models.CheckConstraint(condition=~Q(debit=F("credit")), name="transfer_two_sides"),
            models.CheckConstraint(condition=~Q(reference=""), name="transfer_reference"),
            models.CheckConstraint(
                condition=Q(cause=Cause.REVERSAL, reverses__isnull=False)
                | Q(~Q(cause=Cause.REVERSAL), reverses__isnull=True),
                name="transfer_reverses",
            ),
        )


class Direction(enum.StrEnum):
    """Which way money crosses."""

    IN = "in"
    OUT = "out"


class CrossingStage(enum.StrEnum):
    """How far a crossing is; the money is on the way until it is settled or released."""

    RESERVED = "reserved"  # in the ledger; the floor was not asked, or the day passed without it
    ASKED = "asked"  # the floor was asked on ``trading_day``; whether it heard is not known yet
    HELD = "held"  # the floor has set the money aside, to be confirmed on the same day
    SETTLED = "settled"
    RELEASED = "released"


OPEN = (CrossingStage.RESERVED, CrossingStage.ASKED, CrossingStage.HELD)


STAGE_WORDS = {  # as pages say it
    CrossingStage.RESERVED: "reserved in the ledger",
    CrossingStage.ASKED: "asked of the floor",
    CrossingStage.HELD: "held by the floor",
    CrossingStage.SETTLED: "has crossed",
    CrossingStage.RELEASED: "given back",
}
DIRECTION_WORDS = {Direction.IN: "to the floor", Direction.OUT: "from the floor"}


class Crossing(models.Model):
    """Money of a trading code between ledger and floor: each step a row, so none is taken twice."""

    code = models.ForeignKey(LedgerAccount, on_delete=models.PROTECT, related_name="crossings")
    direction = models.CharField(max_length=3)
    amount_fen = models.BigIntegerField()
    reference = models.CharField(max_length=REFERENCE_LENGTH, unique=True)
    stage = models.CharField(max_length=8, default=CrossingStage.RESERVED)
    trading_day = models.IntegerField(default=0)  # on which the floor was asked last
    sequence = models.BigIntegerField(default=0)  # of the command that moved the floor's money
    said = models.CharField(max_length=WORDS_LENGTH, default="")  # why it waits or was released
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        """What the database holds to."""

        constraints = (
            one_of("direction", tuple(Direction), "crossing_direction"),
            one_of("stage", tuple(CrossingStage), "crossing_stage"),
            models.CheckConstraint(
                condition=Q(amount_fen__gt=0, amount_fen__lte=LARGEST_FEN), name="crossing_amount"
            ),
            models.CheckConstraint(
                condition=~Q(stage=CrossingStage.HELD) | Q(direction=Direction.OUT),
                name="crossing_held",
            ),
            models.CheckConstraint(
                condition=Q(
                    stage__in=(CrossingStage.SETTLED, CrossingStage.RELEASED),
                    ended_at__isnull=False,
                )
                | Q(
                    ~Q(stage__in=(CrossingStage.SETTLED, CrossingStage.RELEASED)),
                    ended_at__isnull=True,
                ),
                name="crossing_ended",
            ),
        )

    @property
    def floor_id(self) -> int:
        """Return the id of this money on the floor."""
        return FLOOR_IDS + int(self.pk)

    @property
    def stage_words(self) -> str:
        """Return how far it is, in words."""
        return STAGE_WORDS[CrossingStage(self.stage)]

    @property
    def direction_words(self) -> str:
        """Return which way it goes, in words."""
        return DIRECTION_WORDS[Direction(self.direction)]


class MetDay(models.Model):
    """A trading day that the ledger has met, and which version of its result it has booked."""

    trading_day = models.IntegerField(primary_key=True)
    is_first = models.BooleanField()  # the ledger was opened with its morning
    version = models.IntegerField(default=0)  # 0: the evening is not booked yet


class BankAccount(models.Model):
    """The number under which a bank keeps the money of a book."""

    book = models.OneToOneField(LedgerBook, on_delete=models.PROTECT, related_name="at_bank")
    number = models.CharField(max_length=34, unique=True)

    class Meta:
        """What the database holds to."""

        constraints = (models.CheckConstraint(condition=~Q(number=""), name="bank_number"),)


class BankFile(models.Model):
    """A statement as it came: looked at first, then loaded, once."""

    digest = models.CharField(max_length=64, unique=True)  # SHA-256 of what it holds
    name = models.CharField(max_length=NAME_LENGTH)
    content = models.BinaryField()
    came_at = models.DateTimeField()
    came_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    loaded_at = models.DateTimeField(null=True)


class BankLine(models.Model):
    """A line of a statement, counted once; without a crossing or a payment it waits for a clerk."""

    key = models.CharField(max_length=64, unique=True)  # the same whenever the bank tells of it
    file = models.ForeignKey(BankFile, on_delete=models.PROTECT, related_name="lines")
    book = models.ForeignKey(LedgerBook, on_delete=models.PROTECT, related_name="+")
    day = models.IntegerField()
    amount_fen = models.BigIntegerField()  # out: below zero
    words = models.CharField(max_length=500)
    reference = models.CharField(max_length=100)
    crossing = models.OneToOneField(
        Crossing, on_delete=models.PROTECT, null=True, related_name="line"
    )
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        """What the database holds to."""

        constraints = (models.CheckConstraint(condition=~Q(amount_fen=0), name="line_amount"),)


class PaymentFile(models.Model):
    """Payments out of one book that a bank was asked for together."""

    book = models.ForeignKey(LedgerBook, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")


class PaidTo(NamedTuple):
    """Who is paid, and under which number of a bank; nothing, once the person is erased."""

    payee: str
    number: str


class Payment(models.Model):
    """Where the money of a withdrawal goes, and how far that is."""

    crossing = models.OneToOneField(Crossing, on_delete=models.PROTECT, related_name="payment")
    payee = models.CharField(max_length=70)  # of before it was sealed; empty since
    number = models.CharField(max_length=34)  # of the payee's account; the same
    file = models.ForeignKey(
        PaymentFile, on_delete=models.PROTECT, null=True, related_name="payments"
    )
    line = models.OneToOneField(
        BankLine, on_delete=models.PROTECT, null=True, related_name="payment"
    )  # with which the bank said that it paid

    class Meta:
        """What the database holds to."""

        constraints = (
            models.CheckConstraint(
                condition=Q(line__isnull=True) | Q(file__isnull=False), name="payment_asked_for"
            ),
        )

    @property
    def paid_to(self) -> PaidTo:
        """Return whom it goes to: sealed in the proposal that two persons decided on."""
        if self.payee:
            return PaidTo(self.payee, self.number)
        asked = Proposal.objects.get(pk=int(self.crossing.reference.removeprefix("proposal ")))
        told = data.opened_facts(asked.after)
        return PaidTo(told[PAYEE], told[BANK_ACCOUNT])

    @property
    def reference(self) -> str:
        """Return what the bank says again when it has paid."""
        return f"HG-OUT-{self.crossing_id}"


class SentBack(models.Model):
    """A payment that a bank sent back, with the line that says so; each comes back once."""

    payment = models.OneToOneField(Payment, on_delete=models.PROTECT, related_name="sent_back")
    line = models.OneToOneField(BankLine, on_delete=models.PROTECT, related_name="sent_back")
    reason = models.CharField(max_length=100)


class CollateralKind(enum.StrEnum):
    """What can be lodged as margin; a quantity counts lots, fen of face, or cents."""

    WARRANT = "standard warrant"
    BOND = "treasury bond"
    CURRENCY = "currency"


class CollateralMove(models.Model):
    """Collateral of a pool that was lodged or, below zero, went back; what is held is the sum."""

    book = models.ForeignKey(LedgerBook, on_delete=models.PROTECT, related_name="collateral")
    kind = models.CharField(max_length=16)
    name = models.CharField(max_length=32)  # product, bond, USD
    last_day = models.IntegerField(default=0)  # yyyymmdd to which it is valid; 0: no end
    quantity = models.BigIntegerField()
    trading_day = models.IntegerField()  # on which it was decided
    proposal = models.OneToOneField(Proposal, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        """What the database holds to."""

        constraints = (
            one_of("kind", tuple(CollateralKind), "collateral_kind"),
            models.CheckConstraint(
                condition=Q(quantity__gte=-LARGEST_FEN, quantity__lte=LARGEST_FEN) & ~Q(quantity=0),
                name="collateral_quantity",
            ),
        )


class DatedFigure(models.Model):
    """A rate or valuation from a day on, with its source; never edited, followed by a later one."""

    name = models.CharField(max_length=NAME_LENGTH)
    effective = models.IntegerField()  # yyyymmdd
    millionths = models.BigIntegerField()
    source = models.CharField(max_length=WORDS_LENGTH)
    proposal = models.OneToOneField(Proposal, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        """What the database holds to."""

        constraints = (
            models.CheckConstraint(
                condition=Q(millionths__gt=0, millionths__lte=LARGEST_FEN), name="figure_positive"
            ),
            models.CheckConstraint(condition=~Q(source=""), name="figure_source"),
        )


class OrderKind(enum.StrEnum):
    """Instructions that the ledger gives to an opening, by their name in the day folder."""

    COLLATERAL = "SetCollateral"
    MONEY = "MoveMemberMoney"


class OrderStage(enum.StrEnum):
    """How far an instruction is on its way into a morning."""

    WAITING = "waiting"
    ASKED = "asked"  # the hall was asked on ``trading_day``; whether it heard is not known yet
    KEPT = "kept"  # by the hall, for the evening of that day
    FOLLOWED = "followed"


ORDERS_OPEN = (OrderStage.WAITING, OrderStage.ASKED, OrderStage.KEPT)
ORDER_WORDS = {  # as pages say it
    OrderStage.WAITING: "waits for the market",
    OrderStage.ASKED: "asked of the market",
    OrderStage.KEPT: "kept for the evening",
    OrderStage.FOLLOWED: "is in the morning",
}


class OpeningOrder(models.Model):
    """An instruction for the next opening: what a pool's collateral is worth, or money it gets."""

    book = models.ForeignKey(LedgerBook, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=16)
    amount_fen = models.BigIntegerField()
    reason = models.CharField(max_length=WORDS_LENGTH)
    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="+")
    stage = models.CharField(max_length=8, default=OrderStage.WAITING)
    trading_day = models.IntegerField(default=0)  # on whose evening it was asked last
    said = models.CharField(max_length=WORDS_LENGTH, default="")
    made_at = models.DateTimeField()

    class Meta:
        """What the database holds to."""

        constraints = (
            one_of("kind", tuple(OrderKind), "order_kind"),
            one_of("stage", tuple(OrderStage), "order_stage"),
            models.CheckConstraint(
                condition=Q(amount_fen__gte=0, amount_fen__lte=LARGEST_FEN), name="order_amount"
            ),
        )

    @property
    def stage_words(self) -> str:
        """Return how far it is, in words."""
        return ORDER_WORDS[OrderStage(self.stage)]


class InterestPaid(models.Model):
    """Interest of a pool for a period, and how it was found; once for each period."""

    book = models.ForeignKey(LedgerBook, on_delete=models.PROTECT, related_name="+")
    first_day = models.IntegerField()
    last_day = models.IntegerField()
    yuan_days = models.BigIntegerField()
    figure = models.ForeignKey(DatedFigure, on_delete=models.PROTECT, related_name="+")
    amount_fen = models.BigIntegerField()
    order = models.OneToOneField(OpeningOrder, on_delete=models.PROTECT, null=True)  # None: 0.00

    class Meta:
        """What the database holds to."""

        constraints = (
            models.UniqueConstraint(fields=("book", "last_day"), name="interest_once"),
            models.CheckConstraint(condition=Q(amount_fen__gte=0), name="interest_amount"),
        )
