"""A case as a page to print: the finding, its rule, and each of its commands with the book it met.

The page stands alone: no script, no other file, in the reader's language.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, NamedTuple

from huiguan.exchange.messages import Offset, Side
from huiguan.exchange.reports.candles import ENGLISH, STYLE, candle_drawing, session_of
from huiguan.exchange.reports.command_words import OFFSETS, SIDES, show_price, time_words
from huiguan.foundation.calendars import show_day
from huiguan.foundation.faults import InputFault

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from huiguan.exchange.day.image import DayImage
    from huiguan.exchange.events import DayEvents
    from huiguan.exchange.reports.alert_words import Alert
    from huiguan.exchange.reports.candles import PageWords
    from huiguan.exchange.rules.dated import MarketRow
    from huiguan.exchange.surveillance.evidence import Level, Moment

PRINT_STYLE = """
td { vertical-align: top; } b { color: var(--accent); } code { overflow-wrap: anywhere; }
table.facts th { text-align: left; white-space: nowrap; } table.facts td { text-align: left; }
tr { break-inside: avoid; } @media print { body { max-width: none; } }
""".strip()
NOTE = (
    "A finding is no judgement. Bids and asks are those the command met, best first; lots of the"
    " holders themselves stand in brackets."
)
HEADS = ("time", "command", "trading code", "what it did", "bids", "asks")


class Case(NamedTuple):
    """What a page of a case shows; ``hashes`` are those of the day its evidence is run from."""

    image: DayImage
    events: DayEvents
    alert: Alert
    rule: MarketRow
    moments: Sequence[Moment]
    hashes: Mapping[str, object]


def deeds(image: DayImage, moment: Moment, *, chinese: bool = False) -> list[tuple[str, str]]:
    """Return what a command did, a line each: (trading code, words)."""
    word = int(chinese)
    told = []
    for row in moment.entered:
        side, offset = SIDES[Side(row["side"])][word], OFFSETS[Offset(row["offset"])][word]
        at = show_price(image, int(row["instrument"]), int(row["price_ticks"]))
        lots = f"{row['lots']:,}"
        told.append(
            (
                row,
                f"{side}{offset} {lots} 手，{at}"
                if chinese
                else f"{side} {lots} at {at}, {offset}",
            )
        )
    for row in moment.gone:
        at = show_price(image, int(row["instrument"]), int(row["price_ticks"]))
        lots = f"{row['gone_lots']:,}"
        told.append((row, f"撤单 {lots} 手，{at}" if chinese else f"cancels {lots} at {at}"))
    lines = [(image.names.trading_codes[int(row["trading_code"])], text) for row, text in told]
    for trade in moment.traded:
        at = show_price(image, int(trade["instrument"]), int(trade["price_ticks"]))
        lots = f"{trade['lots']:,}"
        lines.append(("", f"成交 {lots} 手，{at}" if chinese else f"trades {lots} at {at}"))
    return lines


def case_rows(case: Case, *, chinese: bool = False) -> list[tuple[str, ...]]:
    """Return each command as a line for a terminal, with the best bid and ask it met."""
    rows = []
    for moment in case.moments:
        told = deeds(case.image, moment, chinese=chinese)
        codes = dict.fromkeys(code for code, _ in told if code)
        best = (level_words(case, side[0]) if side else "" for side in moment.before)
        rows.append(
            (
                *(time_words(moment.time_ns), f"{moment.sequence}", " ".join(codes)),
                *("; ".join(text for _, text in told), *best),
            )
        )
    return rows


def case_page(case: Case, words: PageWords = ENGLISH) -> str:
    """Return the whole page."""
    image, alert = case.image, case.alert
    day = show_day(image.settings.trading_day)
    title = f"{words.text(alert.what)} · {alert.contract} · {day}"
    facts = facts_of(case, words)
    shown, all_of_them = len(case.moments), len(alert.finding.sequences)
    caption = words.text(f"The first {shown:,} of {all_of_them:,} commands")
    return (
        f'<!doctype html>\n<html lang="{words.code}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}\n{PRINT_STYLE}</style></head><body>\n"
        f"<h1>{escape(title)}</h1>\n<p>{escape(words.text(alert.sentence))}</p>\n"
        f'<table class="facts">{"".join(fact_row(*fact) for fact in facts)}</table>\n'
        f"{drawing(case, words)}\n"
        f"<table><caption>{escape(caption)}</caption>\n"
        f"<tr>{''.join(f'<th>{escape(words.head(head))}</th>' for head in HEADS)}</tr>\n"
        f"{''.join(moment_row(case, moment, words) for moment in case.moments)}</table>\n"
        f'<p class="note">{escape(words.text(NOTE))}</p>\n</body></html>\n'
    )


def facts_of(case: Case, words: PageWords) -> list[tuple[str, str]]:
    """Return what stands at the head of a case: name, text."""
    alert, rule = case.alert, case.rule
    found = alert.finding
    known: list[tuple[str, str]] = [
        ("holder", alert.who),
        ("trading codes", ", ".join(alert.codes)),
        ("figure", f"{found.figure:,}"),
        ("threshold", f"{found.threshold:,}"),
        ("score", f"{found.figure:,} / {found.threshold:,} = {found.score_ppm / 1_000_000:.2f}"),
        ("rule", f"{rule.article} [{rule.source}]"),
        ("status", words.text(rule.status)),
        *((name.replace("_", " "), str(value)) for name, value in case.hashes.items()),
    ]
    return [(words.head(name), text) for name, text in known]


def fact_row(name: str, text: str) -> str:
    """Return one fact as a row."""
    return f'<tr><th scope="row">{escape(name)}</th><td>{escape(text)}</td></tr>\n'


def drawing(case: Case, words: PageWords) -> str:
    """Return the candles of the contract's day, nothing where it did not trade."""
    try:
        session = session_of(case.image, case.events, case.alert.contract)
    except InputFault:
        return ""
    return candle_drawing(session, words)


def moment_row(case: Case, moment: Moment, words: PageWords) -> str:
    """Return one command as a row: what it did, and both sides of the book it met."""
    told = deeds(case.image, moment, chinese=words.code == "zh")
    codes = "<br>".join(escape(code) for code in dict.fromkeys(code for code, _ in told) if code)
    sides = (moment.before.bids, moment.before.asks)
    cells = [
        time_words(moment.time_ns),
        f"{moment.sequence}",
        codes,
        "<br>".join(escape(text) for _, text in told),
        *(levels(case, side) for side in sides),
    ]
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>\n"


def levels(case: Case, side: Iterable[Level]) -> str:
    """Return one side of a book, the levels with lots of the holders themselves in bold."""
    return "<br>".join(
        f"<b>{level_words(case, level)}</b>" if level.own_lots else level_words(case, level)
        for level in side
    )


def level_words(case: Case, level: Level) -> str:
    """Return price and lots of a level, those of the holders themselves in brackets."""
    price = show_price(case.image, case.alert.finding.instrument, level.price_ticks)
    own = f" ({level.own_lots:,})" if level.own_lots else ""
    return f"{price} × {level.lots:,}{own}"
