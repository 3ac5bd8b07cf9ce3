"""The checklists of a trading day: its end, step by step, and its beginning.

Each step is read from the day folder, from the database and from what the floor says of itself;
nothing is ticked by hand. A step that waits for a person says which and what they do.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from huiguan.days.cleared import is_closed
from huiguan.days.hashes import HASHES_NAME, read_hashes
from huiguan.days.versions import next_root
from huiguan.exchange.day.result import SettledBy, result_digest
from huiguan.exchange.messages import Right
from huiguan.foundation.arithmetic import show_fen, show_rate
from huiguan.foundation.calendars import clock_text, show_day
from huiguan.foundation.faults import CheckFault, Fault
from huiguan.office.days import floor
from huiguan.office.days.models import RecordedDay
from huiguan.office.people.pages.steps import AT_END, AT_START, DayStep, StepState
from huiguan.storage.market.day_folder import DayFolder, verify_manifest
from huiguan.storage.market.day_result import read_result
from huiguan.storage.market.opening import OPENING_NAME, read_opening

if TYPE_CHECKING:
    from pathlib import Path

    from huiguan.exchange.day.image import DayImage
    from huiguan.exchange.day.result import DayResult
    from huiguan.office.days.floor import FloorStands

KEPT_DAYS = 4
ENDED, CLOSING, OPENING = ("ending",), ("close",), ("open",)
SETTLED = {
    SettledBy.TRADES: "by its trades",
    SettledBy.LAST_HOUR: "by the trades of its last hour",
    SettledBy.MIDDLE_OF_QUOTES: "by the middle of quotes",
    SettledBy.LOCKED_LIMIT: "at the locked limit",
    SettledBy.REFERENCE_CONTRACT: "after a reference contract",
    SettledBy.PREVIOUS_SETTLEMENT: "as the day before",
    SettledBy.HALTED: "while halted",
    SettledBy.DECIDED: "by decision",
}


class ClosedFacts(NamedTuple):
    """What a closed day comes to; read and proved once for each version of it."""

    steps: list[DayStep]
    result_hash: str
    next_trading_day: int


class DayEnd(NamedTuple):
    """The end of a day as its checklist shows it."""

    trading_day: int
    steps: list[DayStep]
    waits: str  # what a person can do now: "turn", "again", or nothing


def ending_day(stands: FloorStands | None) -> int:
    """Return the day whose end is shown: the one being turned, else the one that trades."""
    if stands is not None:
        return stands.turning or stands.trading_day
    days = floor.days_folder().glob("[0-9]" * 8)
    return max((int(root.name) for root in days), default=0)


def day_end(trading_day: int, stands: FloorStands | None) -> DayEnd:
    """Return the checklist of the end of a day; ``stands`` is None while the floor is away."""
    root = floor.days_folder() / str(trading_day)
    step = stands.step if stands and stands.turning == trading_day else ""
    failed = stands.doing if stands and step == "failed" else ""
    steps = [trading_over(root, stands, step)]
    facts = closed_facts(root) if is_closed(root) else None
    steps += facts.steps if facts else [cleared_not_yet(step, failed)]
    steps += [recorded(trading_day, facts), *(told(trading_day) for told in AT_END)]
    steps.append(opened(root, facts, step, failed))
    waits = {"waiting": "turn", "failed": "again"}.get(step, "")
    return DayEnd(trading_day, steps, waits)


def trading_over(root: Path, stands: FloorStands | None, step: str) -> DayStep:
    """Return whether the last phase was run and the journal closed for good."""
    what = "trading is over, the journal is closed"
    if not (root / HASHES_NAME).exists():
        if step in ENDED:
            return DayStep(what, StepState.RUNNING)
        figures = []
        if stands and not step:
            figures = [("commands", f"{stands.sequence:,}"), ("trades", f"{stands.trades:,}")]
        return DayStep(what, StepState.AHEAD, figures)
    try:
        hashes = read_hashes(root / HASHES_NAME)
    except Fault as fault:
        return DayStep(what, StepState.FAILED, advice=str(fault))
    figures = [
        ("commands", f"{hashes['sequence']:,}"),
        ("frames", f"{hashes['frames']:,}"),
        ("day hash", str(hashes["day"])),
    ]
    return DayStep(what, StepState.DONE, figures)


def cleared_not_yet(step: str, failed: str) -> DayStep:
    """Return how the clearing of a day stands that has no result."""
    what = "settlement prices, marking, margins, fees and deposits are cleared"
    if failed:
        return DayStep(what, StepState.FAILED, advice=failed)
    return DayStep(what, StepState.RUNNING if step in CLOSING else StepState.AHEAD)


def closed_facts(root: Path) -> ClosedFacts:
    """Return what a closed day comes to."""
    return _facts(root, (DayFolder(root).result / "result.json").stat().st_mtime_ns)


@lru_cache(KEPT_DAYS)
def _facts(root: Path, written: int) -> ClosedFacts:
    del written  # it says when to read again
    result = read_result(DayFolder(root).result).result
    digest = result_digest(result).hex()
    steps = [*closed_steps(result, digest), published(root)]
    return ClosedFacts(steps, digest, result.settings.next_trading_day)


def closed_steps(result: DayResult, digest: str) -> list[DayStep]:
    """Return the steps of a day that is closed: prices and money."""
    counts = np.bincount(result.contracts["settled_by"], minlength=len(SettledBy)).tolist()
    prices = [(words, f"{counts[rule]:,}") for rule, words in SETTLED.items() if counts[rule]]
    pools = result.pools
    called = pools["call_fen"] > 0
    money = [
        ("trades", f"{len(result.trades):,}"),
        ("members' pools", f"{len(pools):,}"),
        ("margin calls", f"{int(called.sum()):,}"),
        ("called, CNY", show_fen(sum(pools["call_fen"].tolist()))),
        ("forced reductions", f"{len(result.reductions):,}"),
        ("result hash", digest),
    ]
    return [
        DayStep("settlement prices are found", StepState.DONE, prices),
        DayStep(
            "every book sums to zero, positions are those of the market", StepState.DONE, money
        ),
    ]


def published(root: Path) -> DayStep:
    """Return whether statements and daily files can be had, and the folder proves itself."""
    what = "statements, express and rankings are published"
    try:
        files = verify_manifest(root)
    except Fault as fault:
        return DayStep(what, StepState.FAILED, advice=str(fault))
    return DayStep(what, StepState.DONE, [("files in the manifest", f"{files:,}")])


def recorded(trading_day: int, facts: ClosedFacts | None) -> DayStep:
    """Return whether the day stands in the database as its folder has it."""
    what = "the day is recorded in the database"
    if facts is None:
        return DayStep(what, StepState.AHEAD)
    kept = RecordedDay.objects.filter(trading_day=trading_day).order_by("-version").first()
    if kept is None or kept.result_hash != facts.result_hash:
        return DayStep(what, StepState.RUNNING)
    figures = [("version", str(kept.version)), ("pools", f"{kept.pools:,}")]
    return DayStep(what, StepState.DONE, figures)


def opened(root: Path, facts: ClosedFacts | None, step: str, failed: str) -> DayStep:
    """Return whether the next day is open, or who opens it."""
    if facts is None:
        return DayStep("the next day is open", StepState.AHEAD)
    following = next_root(root, facts.next_trading_day)
    what = f"trading day {show_day(facts.next_trading_day)} is open"
    if (DayFolder(following).image / "image.json").exists():
        forced = read_opening(following).forced_closes
        figures = [
            ("forced liquidations", f"{len(forced):,}"),
            ("lots", f"{sum(row.lots for row in forced):,}"),
            ("image hash", floor.image_hash(facts.next_trading_day)),
        ]
        return DayStep(what, StepState.DONE, figures)
    if failed:
        return DayStep(what, StepState.FAILED, advice=failed)
    if step == "waiting":
        return DayStep(what, StepState.WAITING, advice="two persons open it: propose it here")
    return DayStep(what, StepState.RUNNING if step in OPENING else StepState.AHEAD)


def day_start(trading_day: int, rulebook: str, stands: FloorStands | None) -> list[DayStep]:
    """Return the checklist of the morning of a day; ``rulebook`` is the digest of today's books."""
    root = floor.days_folder() / str(trading_day)
    image = floor.image_of(trading_day)
    return [
        calendar(image),
        origin(root, image),
        listed(image),
        rules(image, rulebook),
        limits(image),
        money(image),
        *(told(trading_day) for told in AT_START),
        doors(trading_day, stands),
    ]


def calendar(image: DayImage) -> DayStep:
    """Return what the calendar says of the day: its phases, and who ends today."""
    times = image.phases["time_ns"]
    last = image.instruments["last_trading_day"] == image.settings.trading_day
    figures = [
        ("trading day", show_day(image.settings.trading_day)),
        ("changes of phase", f"{len(image.phases):,}"),
        ("on their last day", f"{int(last.sum()):,}"),
    ]
    if len(times):
        first, end = (clock_text(int(ns))[:16] for ns in (times.min(), times.max()))
        figures[1:1] = [("from", first), ("until", end)]
    return DayStep("the calendar is set", StepState.DONE, figures)


def limits(image: DayImage) -> DayStep:
    """Return what bounds the day: price limits, margins, rights that are not for all."""
    rows, states = image.instruments, image.contract_states
    rates = {
        name: states[f"{name}_ppb"] if len(states) else np.zeros(0, np.int64)
        for name in ("limit", "general")
    }
    figures = [("contracts with limits", f"{int((rows['upper_limit_ticks'] > 0).sum()):,}")]
    for name, label in (("limit", "price limit"), ("general", "margin")):
        known = rates[name][rates[name] > 0]
        if len(known):
            low, high = (show_rate(int(rate)) for rate in (known.min(), known.max()))
            figures.append((label, low if low == high else f"{low} - {high}"))
    bounded = rows["right"] != Right.ALLOW
    figures.append(("contracts not for everybody", f"{int(bounded.sum()):,}"))
    figures.append(("margins per lot", f"{len(image.margins):,}"))
    return DayStep("limits and margins of the day are in the image", StepState.DONE, figures)


def doors(trading_day: int, stands: FloorStands | None) -> DayStep:
    """Return whether the market of a day answers, and who is at its doors."""
    what = "the doors are open"
    if stands is None:
        return DayStep(what, StepState.FAILED, advice="the market does not answer now")
    if stands.trading_day != trading_day or stands.turning:
        return DayStep(what, StepState.DONE if trading_day < stands.trading_day else
                       StepState.AHEAD)  # fmt: skip
    figures = [
        ("lines", f"{stands.lines:,}"),
        ("sessions", f"{len(stands.names):,}"),
        ("clock", stands.clock),
        ("commands", f"{stands.sequence:,}"),
    ]
    return DayStep(what, StepState.DONE, figures)


def origin(root: Path, image: DayImage) -> DayStep:
    """Return where the morning comes from, and whether that is what stands recorded."""
    what = "the morning follows from the day before"
    if not (root / OPENING_NAME).exists():
        figures = [("image hash", floor.image_hash(image.settings.trading_day))]
        return DayStep("the first day of a hall follows from none", StepState.DONE, figures)
    try:
        opening = read_opening(root)
        if opening.source != image.settings.previous_result:
            raise CheckFault("opening and image name different results before")
    except Fault as fault:
        return DayStep(what, StepState.FAILED, advice=str(fault))
    figures = [
        ("result before", opening.source),
        ("instructions", f"{len(opening.instructions):,}"),
        ("forced liquidations", f"{len(opening.forced_closes):,}"),
        ("image hash", floor.image_hash(image.settings.trading_day)),
    ]
    if not RecordedDay.objects.filter(result_hash=opening.source).exists():
        return DayStep(what, StepState.WAITING, figures, "the day before is not recorded yet")
    return DayStep(what, StepState.DONE, figures)


def rules(image: DayImage, rulebook: str) -> DayStep:
    """Return whether the rules of the morning are those that the hall has now."""
    what = "limits, margins and fees of the day are those of the rulebooks"
    given = image.settings.rulebook_digest
    if given == rulebook:
        return DayStep(what, StepState.DONE, [("digest of the books", rulebook)])
    figures = [("digest in the image", given), ("digest of the books", rulebook)]
    advice = "the books were changed since; the evening is cleared by those of today"
    return DayStep(what, StepState.WAITING, figures, advice)


def listed(image: DayImage) -> DayStep:
    """Return what is listed, and what of it is new."""
    first = image.instruments["first_day"] != 0
    figures = [
        ("products", f"{len(image.names.products):,}"),
        ("contracts", f"{len(image.instruments):,}"),
        ("not traded yet", f"{int(first.sum()):,}"),
    ]
    return DayStep("products and contracts are listed", StepState.DONE, figures)


def money(image: DayImage) -> DayStep:
    """Return who may trade with what."""
    figures = [
        ("members", f"{len(image.members):,}"),
        ("trading codes", f"{len(image.trading_codes):,}"),
        ("positions", f"{len(image.positions):,}"),
        ("deposits, CNY", show_fen(sum(image.trading_codes["deposit_fen"].tolist()))),
    ]
    return DayStep("members, codes and their money are there", StepState.DONE, figures)
