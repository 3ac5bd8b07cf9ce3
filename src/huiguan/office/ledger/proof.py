"""Proofs of the ledger: of itself, and against the floor at any sequence of a day.

By itself: every book sums to zero, every balance is that of its transfers, the record tells each
transfer, every crossing has the transfers of its stage. Against the floor: what the morning's image
holds and the commands of the journal move, run again, is what the ledger has for every trading
code. The one side reads the day folder alone, the other the database alone.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import F, Sum

from huiguan.days.moved import last_sequence, moved_on
from huiguan.exchange.evening.day_postings import pool_name
from huiguan.exchange.messages import Scope, TransferStage
from huiguan.foundation.arithmetic import show_fen
from huiguan.foundation.faults import CheckFault, InputFault
from huiguan.office.ledger.booking.transfers import digest_of
from huiguan.office.ledger.crossing.crossings import OPEN
from huiguan.office.ledger.models import (
    FLOOR_IDS,
    AccountKind,
    AccountSide,
    Cause,
    Crossing,
    CrossingStage,
    Direction,
    LedgerAccount,
    LedgerTransfer,
    MetDay,
)
from huiguan.office.ledger.selectors import sums_of_books
from huiguan.office.people.models import RecordLine
from huiguan.storage.market.day_folder import DayFolder
from huiguan.storage.market.day_image import read_image

if TYPE_CHECKING:
    from pathlib import Path

    from huiguan.days.moved import Moved
    from huiguan.exchange.day.image import DayImage

AT_ONCE = 2_000
SIGNS = {TransferStage.CREDITED: 1, TransferStage.RESERVED: -1, TransferStage.RELEASED: 1}
STEPS = {  # the transfers that a crossing of a stage has
    CrossingStage.SETTLED: {"reserve", "settle"},
    CrossingStage.RELEASED: {"reserve", "release"},
    **{key: {"reserve"} for key in OPEN},
}


class ProofLine(NamedTuple):
    """A trading code (or a pool) on both sides, in fen."""

    name: str
    image_fen: int  # what the morning holds
    moved_fen: int  # by commands up to the sequence
    ledger_fen: int
    way_fen: int  # moved on the floor, and not settled in the ledger yet

    @property
    def floor_fen(self) -> int:
        """Return what image and commands come to."""
        return self.image_fen + self.moved_fen

    @property
    def differs_fen(self) -> int:
        """Return what nothing explains: zero."""
        return self.floor_fen - self.ledger_fen - self.way_fen


class ProofSheet(NamedTuple):
    """Image + commands = ledger, at a sequence of a day."""

    trading_day: int
    sequence: int
    newest: int  # the last sequence there is
    lines: list[ProofLine]  # where something moved, is on the way, or differs
    total: ProofLine  # of all trading codes
    counted: int  # trading codes and pools that were compared
    wrong: int  # of them, how many differ


def sheet(days: Path, trading_day: int, sequence: int | None = None) -> ProofSheet:
    """Return the proof of a day at a sequence (None: the newest).

    Raises ``InputFault`` for a day the ledger has not met.
    """
    if not MetDay.objects.filter(pk=trading_day).exists():
        raise InputFault(f"the ledger has not met trading day {trading_day}")
    root = days / str(trading_day)
    newest = last_sequence(root)
    until = newest if sequence is None else min(sequence, newest)
    image, moved = read_image(DayFolder(root).image), moved_on(root, until)
    codes = lines_of_codes(image, moved, until)
    pools = lines_of_pools(image)
    shown = [one for one in (*codes, *pools) if one.moved_fen or one.way_fen or one.differs_fen]
    money = [one[1:] for one in codes]  # of five fields the first is the name
    sums = (sum(column) for column in zip(*money, strict=True))
    return ProofSheet(
        trading_day=trading_day,
        sequence=until,
        newest=newest,
        lines=shown,
        total=ProofLine("all trading codes", *sums),
        counted=len(codes) + len(pools),
        wrong=sum(one.differs_fen != 0 for one in (*codes, *pools)),
    )


def lines_of_codes(image: DayImage, moved: list[Moved], until: int) -> list[ProofLine]:
    """Return every trading code of a day on both sides."""
    day, names = image.settings.trading_day, image.names.trading_codes
    ledger = morning_of(day, AccountKind.CODE)
    known: set[tuple[int, int]] = set()  # what the ledger has settled: id and amount
    rows = Crossing.objects.filter(trading_day=day, sequence__gt=0, sequence__lte=until)
    for row in rows.select_related("code").exclude(stage=CrossingStage.RESERVED):
        ledger[row.code.name] += row.amount_fen * (1 if row.direction == Direction.IN else -1)
        known.add((row.floor_id, row.amount_fen))
    own = set(
        Crossing.objects.filter(pk__in=[row.transfer_id - FLOOR_IDS for row in moved]).values_list(
            F("pk") + FLOOR_IDS, "amount_fen"
        )
    )
    by_code, on_way = dict.fromkeys(names, 0), dict.fromkeys(names, 0)
    for one in moved:
        if one.scope != Scope.TRADING_CODE or one.stage not in SIGNS:
            continue
        amount = one.amount_fen * SIGNS[TransferStage(one.stage)]
        by_code[names[one.target]] += amount
        if (one.transfer_id, one.amount_fen) in own - known:
            on_way[names[one.target]] += amount
    return [
        ProofLine(
            name,
            int(row["deposit_fen"]),
            by_code[name],
            ledger.get(name, 0),
            on_way[name],
        )
        for name, row in zip(names, image.trading_codes, strict=True)
    ]


def lines_of_pools(image: DayImage) -> list[ProofLine]:
    """Return the cash of every pool in the morning on both sides."""
    day = image.settings.trading_day
    parts = [morning_of(day, kind) for kind in (AccountKind.DEPOSIT, AccountKind.MARGIN)]
    found = []
    for index, pool in enumerate(image.pools):
        name = pool_name(image, index)
        held = sum(
            part.get(f"{name}:{kind}", 0)
            for part, kind in zip(parts, (AccountKind.DEPOSIT, AccountKind.MARGIN), strict=True)
        )
        found.append(ProofLine(name, int(pool["cash_fen"]), 0, held, 0))
    return found


def morning_of(day: int, kind: AccountKind) -> dict[str, int]:
    """Return what accounts of a kind held in the morning of a day, by name.

    The balance of now, less what was booked for this day and later ones; what is reserved to go out
    is still there.
    """
    assert kind in (AccountKind.CODE, AccountKind.DEPOSIT, AccountKind.MARGIN), "on the credit side"
    rows = LedgerAccount.objects.filter(kind=kind).values_list("pk", "name", "balance_fen")
    names, found = {}, {}
    for key, name, balance in rows.iterator(AT_ONCE):
        names[key], found[name] = name, balance
    later = LedgerTransfer.objects.filter(cause=Cause.EVENING, trading_day__gte=day)
    for side, sign in (("debit", 1), ("credit", -1)):
        sums = later.filter(**{f"{side}__kind": kind}).values_list(f"{side}_id").order_by()
        for key, amount in sums.annotate(Sum("amount_fen")):
            found[names[key]] += sign * int(amount)
    if kind is AccountKind.CODE:
        add_crossed(day, found)
    return found


def add_crossed(day: int, found: dict[str, int]) -> None:
    """Take back what crossed on a day and later, and what is reserved to."""
    out = Crossing.objects.filter(direction=Direction.OUT)
    for rows, sign in (
        (out.filter(stage__in=OPEN), 1),
        (out.filter(stage=CrossingStage.SETTLED, trading_day__gte=day), 1),
        (
            Crossing.objects.filter(
                direction=Direction.IN, stage=CrossingStage.SETTLED, trading_day__gte=day
            ),
            -1,
        ),
    ):
        for name, amount in rows.values_list("code__name", "amount_fen"):
            found[name] += sign * amount


class Proved(NamedTuple):
    """What a check of the ledger found, where all is well."""

    books: int
    accounts: int
    transfers: int
    crossings: int


def check() -> Proved:
    """Prove the ledger by itself; raises ``CheckFault`` naming the first thing that is wrong."""
    sums = sums_of_books()
    for one in sums:
        if one.debit_fen != one.credit_fen:
            raise CheckFault(
                f"book {one.book.name} does not sum to zero: {show_fen(one.debit_fen)} against "
                f"{show_fen(one.credit_fen)}"
            )
    check_balances()
    transfers = check_told()
    crossings = check_crossings()
    return Proved(len(sums), sum(one.accounts for one in sums), transfers, crossings)


def check_balances() -> None:
    """Refuse a balance that is not that of its transfers."""
    moved: dict[int, int] = {}
    rows = LedgerTransfer.objects.order_by()
    for side, sign in (("debit_id", 1), ("credit_id", -1)):
        for key, amount in rows.values_list(side).annotate(Sum("amount_fen")):
            moved[key] = moved.get(key, 0) + sign * int(amount)
    accounts = LedgerAccount.objects.select_related("book").order_by("pk")
    for account in accounts.iterator(AT_ONCE):
        sign = 1 if account.side == AccountSide.DEBIT else -1
        if account.balance_fen != sign * moved.get(account.pk, 0):
            raise CheckFault(
                f"account {account.name} of book {account.book.name} is not what its transfers "
                "come to"
            )


def check_told() -> int:
    """Prove that the record tells every transfer as it stands; return how many there are."""
    told = 0
    lines = RecordLine.objects.filter(facts__contains='"transfers":[').order_by("number")
    for line in lines.iterator(AT_ONCE):
        facts = json.loads(line.facts)
        first, last = facts["transfers"]
        rows = LedgerTransfer.objects.filter(number__gte=first, number__lte=last)
        if first != told + 1 or digest_of(rows.order_by("number")) != facts["booked"]:
            raise CheckFault(f"transfers {first} to {last} are not as the record tells")
        told = last
    newest = LedgerTransfer.objects.count()
    if newest != told:
        raise CheckFault(f"there are {newest} transfers, and the record tells of {told}")
    return told


def check_crossings() -> int:
    """Refuse a crossing whose transfers are not those of its stage."""
    booked: dict[int, set[str]] = {}
    rows = LedgerTransfer.objects.filter(cause=Cause.CROSSING).order_by()
    for reference in rows.values_list("reference", flat=True).iterator(AT_ONCE):
        _, number, step = reference.split(" ")
        booked.setdefault(int(number), set()).add(step)
    counted = 0
    for number, stage in Crossing.objects.values_list("pk", "stage").iterator(AT_ONCE):
        counted += 1
        if booked.pop(number, set()) != STEPS[CrossingStage(stage)]:
            raise CheckFault(f"crossing {number} is {stage}, and its transfers are not")
    if booked:
        raise CheckFault(f"crossing {min(booked)} has transfers and is not there")
    return counted
