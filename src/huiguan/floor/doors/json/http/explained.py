"""Why a command had its outcome, in words, with one's own side of what followed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from huiguan.exchange.day.names import NOBODY, DayNames, name_at
from huiguan.exchange.messages import EnterOrder, Message, TradeExecuted
from huiguan.exchange.reports.command_words import (
    article_words,
    fields_words,
    order_words,
    show_figures,
)
from huiguan.floor.doors.json.http import answers
from huiguan.floor.doors.json.protocol import EVENTS
from huiguan.floor.hall.clock import exchange_words

if TYPE_CHECKING:
    from huiguan.days.explain import ExplainedCommand
    from huiguan.exchange.day.image import DayImage
    from huiguan.exchange.trading.state.trace import CheckLine


def is_own(found: ExplainedCommand, session: int, own: set[str]) -> bool:
    """Return whether a command is one's own: of the session, or for one of the trading codes."""
    code = found.command.fields.get("trading_code", NOBODY)
    return found.session == session or name_at(found.image.names.trading_codes, code) in own


def explained(found: ExplainedCommand, own: set[str]) -> answers.Explained:
    """Return an explanation in words."""
    image, command = found.image, found.command
    if command.kind == EnterOrder.KIND:
        english, chinese = order_words(image, command.fields)
    else:
        english = chinese = fields_words(image, command.name, command.fields)
    contract = command.fields.get("instrument", 0)
    names = DayNames(image)
    told = [own_words(names, event, own) for event in found.events]
    return answers.Explained(
        trading_day=image.settings.trading_day,
        sequence=found.sequence,
        time=exchange_words(found.time_ns),
        session=found.session,
        client_sequence=found.client_sequence,
        words=english,
        chinese=chinese,
        checks=[check_words(image, contract, line) for line in found.checks],
        refusal=int(found.refusal or 0),
        outcome=[one for one in told if one],
    )


def check_words(image: DayImage, contract: int, line: CheckLine) -> answers.Check:
    """Return one check of a command."""
    refusal = line.refusal
    asked, allowed = show_figures(image, contract, (line.asked, line.allowed), refusal.unit)
    return answers.Check(
        refusal=int(refusal),
        words=refusal.english,
        chinese=refusal.chinese,
        rule=article_words(refusal),
        asked=asked,
        allowed=allowed,
        passed=line.passed,
    )


def own_words(names: DayNames, event: Message, own: set[str]) -> dict[str, Any] | None:
    """Return one's own side of an event; None for what is somebody else's."""
    means = EVENTS.get(event.KIND)
    if means is None:
        return None
    row = {name: int(getattr(event, name)) for name in means.fields}
    if isinstance(event, TradeExecuted):
        for side in ("buy", "sell"):
            if names.codes[row[f"{side}_code"]] not in own:
                row[f"{side}_order_id"] = 0
        if not (row["buy_order_id"] or row["sell_order_id"]):
            return None
    elif "trading_code" in row and names.codes[row["trading_code"]] not in own:
        return None
    said = {word.name: word.show(names, row[word.field], row) for word in means.words}
    return {"type": means.tag, **said}
