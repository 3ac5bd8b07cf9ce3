"""Findings of surveillance in words: what was seen, its figure, where it becomes abnormal."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from huiguan.exchange.messages import Side
from huiguan.exchange.reports.command_words import SIDES
from huiguan.exchange.surveillance.findings import Behaviour, Finding
from huiguan.foundation.cited import STATUSES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from huiguan.exchange.day.image import DayImage
    from huiguan.exchange.rules.dated import MarketRow
    from huiguan.exchange.rules.parameters import ContractParameters

NAMES: dict[Behaviour, str] = {
    Behaviour.SELF_TRADES: "self-trades",
    Behaviour.CANCELS: "frequent cancels",
    Behaviour.LARGE_CANCELS: "large cancels",
    Behaviour.OPENING: "opening limit",
    Behaviour.MULTIPLE: "wrong multiple",
    Behaviour.POSITION: "position limit",
    Behaviour.MESSAGES: "order-to-trade ratio",
    Behaviour.BURSTS: "burst of messages",
    Behaviour.LAYERING: "layering",
    Behaviour.TOGETHER: "trading by agreement",
    Behaviour.ROUND_TRIPS: "round trips",
    Behaviour.CLOSE: "marking the close",
    Behaviour.SETTLEMENT: "settlement price",
    Behaviour.IGNITION: "momentum ignition",
    Behaviour.PROGRAMME: "programme trading",
}


class Alert(NamedTuple):
    """One finding as a person reads it; ``number`` counts within the day, from 1."""

    number: int
    what: str
    contract: str
    who: str
    sentence: str
    status: str
    codes: tuple[str, ...]
    finding: Finding


def sentence(found: Finding) -> str:
    """Return what was found as one sentence, with the threshold it is held against."""
    figure, least, terms = found.figure, found.threshold, found.terms
    match found.behaviour:
        case Behaviour.SELF_TRADES:
            return f"{figure} trades with itself, {terms['lots']:,} lots; abnormal from {least}"
        case Behaviour.CANCELS:
            return f"{figure:,} cancels, {terms['lots']:,} lots; abnormal from {least:,}"
        case Behaviour.LARGE_CANCELS:
            return f"{figure} large cancels, {terms['lots']:,} lots; abnormal from {least}"
        case Behaviour.OPENING:
            return f"{figure:,} lots opened on the day; {least:,} are allowed"
        case Behaviour.MULTIPLE:
            return f"{figure} orders to open that are no multiple of {terms['multiple']} lots"
        case Behaviour.POSITION:
            side = SIDES[Side(terms["side"])][0]
            return f"{figure:,} lots held at the most, side {side}; {least:,} are allowed"
        case Behaviour.MESSAGES:
            return (
                f"{terms['messages']:,} messages, {terms['executed']:,} orders that traded: ratio"
                f" {figure:,}; shown from {least:,}"
            )
        case Behaviour.BURSTS:
            return (
                f"{figure:,} messages within a second, {terms['executed']:,} of them traded; shown"
                f" from {least:,}"
            )
        case Behaviour.PROGRAMME:
            return (
                f"{figure} times {terms['orders']} orders or more within a second; to be reported"
                f" from {least}"
            )
        case _:
            return _pattern(found)


def _pattern(found: Finding) -> str:
    """Return the sentence of a pattern of trading."""
    figure, least, terms = found.figure, found.threshold, found.terms
    match found.behaviour:
        case Behaviour.LAYERING:
            return (
                f"traded {figure} times while up to {terms['multiple']:,} times the lots stood"
                f" briefly on the other side; shown from {least}"
            )
        case Behaviour.TOGETHER:
            return (
                f"{figure} trades of equal orders entered together, {terms['lots']:,} lots,"
                f" {terms['percent']} % of the smaller one's; shown from {least}"
            )
        case Behaviour.ROUND_TRIPS:
            return (
                f"{terms['lots']:,} lots went to and fro in {terms['trades']} trades, {figure} % of"
                f" the smaller one's; shown from {least} %"
            )
        case Behaviour.CLOSE:
            return (
                f"{figure} % of the lots of the last five minutes taken in the direction of the"
                f" price, which moved {terms['ticks']:+} ticks; shown from {least} %"
            )
        case Behaviour.SETTLEMENT:
            return (
                f"its {terms['lots']:,} lots moved the settlement price by {figure / 1000:.3f}"
                f" ticks; shown from {least // 1000}"
            )
        case _:
            return (
                f"drove the price {figure} times by own takes, up to {terms['ticks']} ticks, and"
                f" traded back into it; shown from {least}"
            )


def rule_of(found: Finding, rules: Sequence[ContractParameters]) -> MarketRow:
    """Return the row of the book that a finding is held against."""
    row = rules[found.instrument]
    match found.behaviour:
        case Behaviour.SELF_TRADES | Behaviour.CANCELS | Behaviour.LARGE_CANCELS:
            return row.abnormal_trading
        case Behaviour.OPENING:
            return row.opening_limit
        case Behaviour.MULTIPLE:
            return row.multiple
        case Behaviour.POSITION:
            return row.position_limit
        case Behaviour.PROGRAMME:
            return row.programme_trading
        case _:
            return row.trading_pattern


def alerts_of(
    found: Sequence[Finding], image: DayImage, rules: Sequence[ContractParameters]
) -> list[Alert]:
    """Return findings numbered as they stand, with names, sentence and status of their rule."""
    names = image.names
    alerts = []
    for number, row in enumerate(found, 1):
        holders = [row.holder] + ([row.other_holder] if row.other_holder >= 0 else [])
        own = image.trading_codes["holder"]
        codes = tuple(
            names.trading_codes[code] for code in range(len(own)) if int(own[code]) in holders
        )
        alerts.append(
            Alert(
                number=number,
                what=NAMES[row.behaviour],
                contract=names.instruments[row.instrument],
                who=", ".join(names.holders[holder] for holder in holders),
                sentence=sentence(row),
                status=rule_of(row, rules).status,
                codes=codes,
                finding=row,
            )
        )
    assert all(alert.status in STATUSES for alert in alerts)
    return alerts
