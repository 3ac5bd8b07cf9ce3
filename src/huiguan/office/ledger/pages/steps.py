"""What the checklists of a day are told of the ledger: money on its way, and the bank's lines."""

from __future__ import annotations

from django.db.models import Sum

from huiguan.foundation.arithmetic import show_fen
from huiguan.office.ledger.crossing.crossings import OPEN
from huiguan.office.ledger.models import Crossing, CrossingStage, MetDay
from huiguan.office.ledger.selectors import lines_waiting, payments_due
from huiguan.office.people.pages.steps import DayStep, StepState


def bank(trading_day: int) -> DayStep:
    """Return how the bank stands: what crossed on a day, what waits for somebody."""
    what = "the bank's lines are matched, money has crossed"
    lines, crossed = len(lines_waiting()), Crossing.objects.filter(trading_day=trading_day)
    open_ones = Crossing.objects.filter(stage__in=OPEN)
    settled = crossed.filter(stage=CrossingStage.SETTLED)
    figures = [
        ("crossed", f"{settled.count():,}"),
        ("amount", show_fen(settled.aggregate(Sum("amount_fen"))["amount_fen__sum"] or 0)),
        ("on the way", f"{open_ones.count():,}"),
        ("lines that wait", f"{lines:,}"),
        ("payments without a file", f"{len(payments_due()):,}"),
    ]
    if lines:
        advice = "lines of the bank wait for somebody; they are under the ledger's bank"
        return DayStep(what, StepState.WAITING, figures, advice)
    if open_ones.exists():
        return DayStep(what, StepState.RUNNING, figures)
    return DayStep(what, StepState.DONE, figures)


def evening(trading_day: int) -> DayStep:
    """Return whether the evening of a day is booked."""
    what = "the evening is booked in the ledger"
    met = MetDay.objects.filter(pk=trading_day).first()
    if met is None or not met.version:
        return DayStep(what, StepState.AHEAD)
    return DayStep(what, StepState.DONE, [("version", str(met.version))])


def morning(trading_day: int) -> DayStep:
    """Return whether the ledger has met a day."""
    what = "the ledger has met the day"
    met = MetDay.objects.filter(pk=trading_day).exists()
    return DayStep(what, StepState.DONE if met else StepState.RUNNING)
