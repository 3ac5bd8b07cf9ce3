"""One command as tables: what was asked, its checks in order, its outcome; zh and en."""

from __future__ import annotations

from typing import TYPE_CHECKING

from huiguan.cli.language import language, tell
from huiguan.cli.tables import show_table, without

if TYPE_CHECKING:
    from pathlib import Path

    from huiguan.days.explain import ExplainedCommand


def print_checks(found: ExplainedCommand) -> None:
    """Print the checks of a command: what each would refuse, asked, allowed, result, article."""
    from huiguan.exchange.reports.command_words import article_words, show_figures

    instrument = found.command.fields.get("instrument", 0)
    rows = []
    for line in found.checks:
        refusal, both = line.refusal, (line.asked, line.allowed)
        figures = show_figures(found.image, instrument, both, refusal.unit)
        result = "passed" if line.passed else "REFUSED"
        words = f"{int(refusal)} {refusal.english}"
        rows.append((words, *figures, result, refusal.chinese, article_words(refusal)))
    heads = ("would refuse", "asked", "allowed", "result", "拒绝情形", "rule")
    twice = heads.index("拒绝情形")  # in Chinese the first column says it already
    english = language() != "zh"
    show_table(
        "checks, in their fixed order",
        heads if english else without(heads, twice),
        rows if english else [without(row, twice) for row in rows],
        left=("result", "拒绝情形"),
        folds=("would refuse", "rule"),
    )


def print_command(folder: Path, number: int) -> str | None:
    """Explain a command of a day: run the day again up to it, show checks, figures and outcome.

    Returns the trading code it is of, where it is an order of one.
    """
    from huiguan.cli.progress import say
    from huiguan.days.explain import explain_command
    from huiguan.days.run_again import announce_compiling
    from huiguan.exchange.messages import EnterOrder
    from huiguan.exchange.reports.command_words import (
        article_words,
        fields_words,
        message_words,
        order_words,
    )
    from huiguan.foundation.calendars import clock_text

    say(f"explain: running the day again up to command {number:,}")
    announce_compiling(lambda text: say(f"explain: {text}"), traced=True)
    found = explain_command(folder, number)
    sender = f"session {found.session}, its command {found.client_sequence:,}"
    tell(
        f"command {found.sequence:,} at {clock_text(found.time_ns)} "
        f"from {sender if found.session else 'the house'}"
    )
    asked = found.command
    if asked.kind == EnterOrder.KIND:
        english, chinese = order_words(found.image, asked.fields)
        tell(f"  {chinese}\n" if language() == "zh" else f"  {english}\n  {chinese}\n")
    else:
        tell(f"  {fields_words(found.image, asked.name, asked.fields)}\n")
    if found.checks:
        print_checks(found)
    for event in found.due:
        tell(f"before it, by the clock: {message_words(found.image, event)}")
    if found.refusal is not None:
        why = f"{found.refusal.english} / {found.refusal.chinese}"
        tell(f"\noutcome: refused, {int(found.refusal)} {why} ({article_words(found.refusal)})")
    else:
        tell("\noutcome:")
        for event in found.events:
            tell(f"  {message_words(found.image, event)}")
    codes, row = found.image.names.trading_codes, asked.fields.get("trading_code", -1)
    return codes[row] if asked.kind == EnterOrder.KIND and 0 <= row < len(codes) else None
