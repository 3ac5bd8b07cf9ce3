"""The shadow run of a draft: the last closed day cleared again under it, beside the pages."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import msgspec
from django.db import transaction
from django.utils import timezone

from huiguan.foundation.calendars import show_day, trading_day_after, trading_day_before
from huiguan.foundation.faults import InputFault
from huiguan.office.circulars.drafting import try_books
from huiguan.office.circulars.models import HOLIDAY, CircularState, HallCircular
from huiguan.office.days.recording import closed_roots
from huiguan.office.display.here import shown
from huiguan.office.people import record
from huiguan.storage.market.rulebooks.load import load_books

RUN_SHADOW = "run shadow"
LONGEST = 400


class ShadowAccount(msgspec.Struct, frozen=True):
    """What would have been different for one trading code, in fen."""

    trading_code: str
    margin_fen: int
    fees_fen: int
    available_fen: int


class ShadowRun(msgspec.Struct, frozen=True):
    """What `huiguan shadow --json` says of a day."""

    trading_day: str
    accounts: list[ShadowAccount]
    called_before: int
    called_after: int


def run_shadows() -> int:
    """Run the shadow of every draft that has none; return how many."""
    count = 0
    for draft in HallCircular.objects.filter(shadowed_at=None).order_by("pk"):
        end_shadow(draft=draft, shadow=shadow_of(draft))
        count += 1
    return count


def shadow_of(draft: HallCircular) -> dict[str, Any]:
    """Return what the last closed day would have been under a draft, or why nobody knows."""
    if draft.table == HOLIDAY:
        return days_under(draft)
    roots = closed_roots()
    if not roots:
        return {
            "none": "no day of this hall is closed yet, so there is nothing to show its effect on"
        }
    root = roots[-1]
    row = {name: value for name, value in draft.row.items() if name != "clearing"}
    row["effective"] = show_day(int(root.name))  # as if it had held on that day
    with tempfile.TemporaryDirectory() as folder:
        books = Path(folder) / "books"
        try:
            try_books(draft, books, row)
        except InputFault as fault:
            return {"fault": str(fault)[:LONGEST]}
        call = [sys.executable, "-m", "huiguan", "--lang", "en", "shadow", str(root), "--json"]
        for own in (*shown().folders, books):
            call += ["--rules", str(own)]
        done = subprocess.run(call, check=False, capture_output=True, text=True)  # noqa: S603  our own command
    if done.returncode:
        return {"fault": done.stderr.strip()[-LONGEST:]}
    found = msgspec.json.decode(done.stdout, type=ShadowRun)
    return {
        "trading_day": found.trading_day,
        "accounts": len(found.accounts),
        "margin_fen": sum(row.margin_fen for row in found.accounts),
        "fees_fen": sum(row.fees_fen for row in found.accounts),
        "available_fen": sum(row.available_fen for row in found.accounts),
        "called_before": found.called_before,
        "called_after": found.called_after,
    }


def days_under(draft: HallCircular) -> dict[str, Any]:
    """Return the trading days around a holiday, as they are with it."""
    with tempfile.TemporaryDirectory() as folder:
        books = Path(folder) / "books"
        try:
            try_books(draft, books)
        except InputFault as fault:
            return {"fault": str(fault)[:LONGEST]}
        calendar = load_books(*shown().folders, books).calendars[draft.product]
    before = trading_day_before(calendar, draft.takes_effect)
    after = [trading_day_after(calendar, before, number) for number in (1, 2)]
    return {
        "none": "a holiday changes no closed day; the trading days around it will be:",
        "days": [show_day(day) for day in (before, *after)],
    }


@transaction.atomic
def end_shadow(*, draft: HallCircular, shadow: dict[str, Any]) -> None:
    """Write down what a shadow run came to."""
    record.one_at_a_time()
    kept = HallCircular.objects.select_for_update().get(pk=draft.pk)
    if kept.shadowed_at is not None or kept.state != CircularState.DRAFT:
        return
    kept.shadow, kept.shadowed_at = shadow, timezone.now()
    kept.save(update_fields=["shadow", "shadowed_at"])
    subject = f"circular {kept.pk}"
    record.write(actor=None, action=RUN_SHADOW, subject=subject, facts=shadow)
