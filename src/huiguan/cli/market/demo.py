"""``huiguan demo``: one settled trading day of every listed product, shown as tables."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from huiguan.cli import app
from huiguan.cli.language import language, spoken, tell
from huiguan.cli.market.simulate import Shocks, Volatility
from huiguan.cli.next_step import say_next
from huiguan.cli.progress import Progress, say
from huiguan.cli.tables import show_table, without

if TYPE_CHECKING:
    from huiguan.simulation.market.demo import MarketDemo

BUSIEST, EXTREMES = 15, 5
REFUSALS = "\nrefusals, by reason"


@app.command()
def demo(
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where the day folder goes.")] = Path(
        "demo"
    ),
    start: Annotated[str, typer.Option("--on", metavar="DATE", help="Trading day.")] = "2026-08-21",
    seed: Annotated[int, typer.Option(min=0, help="The same seed, the same bytes.")] = 1,
    volatility: Volatility = "1",
    shock: Shocks = None,
) -> None:
    """Run one trading day of a whole market, clear it, run it again, and show what happened."""
    from huiguan.foundation.calendars import parse_day
    from huiguan.simulation.market.demo import run_demo
    from huiguan.simulation.market.scenario import read_scenario

    day = parse_day(start)
    scenario = read_scenario(day, volatility=volatility, shocks=shock or ())
    begun = time.monotonic()

    def tell(text: str) -> None:
        say(f"demo {time.monotonic() - begun:5.1f} s  {spoken(text)}")

    tell(f"one trading day, {start}, with its night session")
    with Progress("demo, moments of the day") as progress:
        found = run_demo(out, day, seed, tell, progress, scenario)
    tell("done")
    show_market(found)
    show_refusals(found)
    show_life(found)
    show_money(found)
    show_statement(found)
    show_end(found, time.monotonic() - begun)


def show_market(found: MarketDemo) -> None:
    """Print the busiest contracts: prices of the day, volume, open interest, settlement price."""
    from huiguan.exchange.reports.command_words import show_price

    image, result = found.day.image, found.day.result
    names = ("contract", "prev. settle", "open", "high", "low", "last", "settle", "volume")
    rows = []
    order = sorted(range(len(result.contracts)), key=lambda i: -result.contracts["volume_lots"][i])
    for place in order[:BUSIEST]:
        row, given = result.contracts[place], image.instruments[place]
        ticks = [row["open_ticks"], row["high_ticks"], row["low_ticks"], row["last_ticks"]]
        settled = int(row["settlement_units"]) // int(given["tick_units"])
        prices = [int(given["previous_settlement_ticks"]), *map(int, ticks), settled]
        change = int(row["open_interest_lots"]) - int(given["last_open_interest_lots"])
        rows.append(
            (
                image.names.instruments[place],
                *(show_price(image, place, price) for price in prices),
                f"{int(row['volume_lots']):,}",
                f"{int(row['open_interest_lots']):,}",
                f"{change:+,}",
            )
        )
    title = f"\nbusiest of {len(result.contracts)} contracts"
    show_table(title, (*names, "open interest", "change"), rows)


def show_refusals(found: MarketDemo) -> None:
    """Print how often each refusal was given."""
    from huiguan.exchange.reports.command_words import article_words
    from huiguan.foundation.refusals import BY_NUMBER

    rows = []
    for number, count in sorted(found.refused.items(), key=lambda item: -item[1]):
        refusal = BY_NUMBER[number]
        words = (refusal.english, refusal.chinese)
        rows.append((number, f"{count:,}", *words, article_words(refusal)))
    heads = ("number", "times", "reason", "原因", "rule")
    folds = ("reason", "原因", "rule")
    if language() == "zh":  # the reason says it already
        show_table(REFUSALS, without(heads, 3), [without(row, 3) for row in rows], folds=folds)
    else:
        show_table(REFUSALS, heads, rows, folds=folds)


def show_life(found: MarketDemo) -> None:
    """Print one order from its entry to its last lot, with the rule behind each step."""
    from huiguan.exchange.day.keys import margin_row
    from huiguan.exchange.messages import CancelReason, Offset
    from huiguan.exchange.reports.command_words import order_words, show_price
    from huiguan.foundation.arithmetic import show_fen
    from huiguan.foundation.calendars import clock_text

    image, life = found.day.image, found.life
    entered, instrument = life.entered, int(life.entered["instrument"])
    number, left = int(entered["sequence"]), int(entered["lots"])
    fields = {name: int(entered[name]) for name in entered.dtype.names or ()}
    words = order_words(image, {**fields, "price_type": 0})
    asked = words[1] if language() == "zh" else "\n".join(words)
    rows = [
        (
            f"{number:,}",
            clock_text(life.times[number]),
            f"{asked}\nevery check passed, in their fixed order",
            f"see each with figures and rule:\nhuiguan explain {found.folder} --command {number}",
        )
    ]
    if entered["offset"] == Offset.OPEN:
        row = margin_row(instrument, int(entered["side"]), int(entered["hedge"]))
        per_lot = int(image.margins["margin_fen"][row])
        text = f"{show_fen(per_lot)} CNY a lot count as margin at once, and the fee is frozen"
        rows.append(("", "", text, "Clearing Rules, trading margin: at last evening's settlement"))
    else:
        text = "the lots it closes are frozen, so that nobody can close them twice"
        rows.append(("", "", text, "Trading Rules, open and close"))
    rule = "Trading Rules, matching: price, then time;\nthe middle of buy, sell and last price"
    for trade, fee_fen in zip(life.trades, fees_of(found), strict=True):
        left -= int(trade["lots"])
        at = show_price(image, instrument, int(trade["price_ticks"]))
        text = f"trades {trade['lots']} at {at}, fee {show_fen(fee_fen)} CNY, {left} left"
        moment = clock_text(life.times[int(trade["sequence"])])
        rows.append((f"{int(trade['sequence']):,}", moment, text, rule))
        rule = "the same"
    if life.cancelled is not None:
        gone = life.cancelled
        reason = CancelReason(int(gone["reason"])).name.lower().replace("_", " ")
        text = f"the rest of {gone['lots']} is cancelled: {reason}"
        rows.append((f"{int(gone['sequence']):,}", "", text, "Trading Rules, orders"))
    heads = ("command", "time", "what happened", "rule")
    show_table("\none order's life", heads, rows, left=("time",), folds=heads[2:])


def fees_of(found: MarketDemo) -> list[int]:
    """Return the fee in fen that each trade of the order of the story was charged."""
    from huiguan.exchange.amounts import fee_class, trade_fee
    from huiguan.exchange.day.keys import fee_row

    image, entered = found.day.image, found.life.entered
    instrument = int(entered["instrument"])
    paid = fee_class(int(entered["offset"]), image.settings.offset_flags)
    place = fee_row(instrument, int(entered["hedge"]), paid)
    rate, per_lot = (int(image.fees[name][place]) for name in ("rate_ppb", "per_lot_fen"))
    tick_value = int(image.instruments["tick_value_fen"][instrument])
    return [
        trade_fee(int(t["price_ticks"]), tick_value, int(t["lots"]), rate, per_lot)
        for t in found.life.trades
    ]


def show_money(found: MarketDemo) -> None:
    """Print who gained and lost most, and which members must pay in."""
    from huiguan.foundation.arithmetic import show_fen

    image, result = found.day.image, found.day.result
    accounts = result.accounts
    gains = accounts["close_profit_fen"] + accounts["mark_profit_fen"]
    order = sorted(range(len(gains)), key=lambda i: (-int(gains[i]), i))
    rows = []
    for place in [*order[:EXTREMES], *order[-EXTREMES:]]:
        row = accounts[place]
        fees = int(row["fees_fen"]) + int(row["order_fees_fen"])
        money = [row["close_profit_fen"], row["mark_profit_fen"], fees, row["margin_fen"]]
        figures = [show_fen(int(value)) for value in [*money, row["balance_fen"]]]
        rows.append((image.names.trading_codes[place], *figures))
    show_table(
        "\nbiggest gains and losses of the day (CNY)",
        ("trading code", "close profit", "mark profit", "fees", "margin", "balance"),
        rows,
    )
    calls = result.pools[result.pools["call_fen"] > 0]
    rows = []
    for row in calls[:EXTREMES]:
        fen = (row["balance_fen"], row["minimum_fen"], row["call_fen"])
        owner = "the member" if row["house"] else "its clients"
        member = image.names.members[row["member"]]
        rows.append((member, owner, *(show_fen(int(value)) for value in fen)))
    if not rows:
        tell("\nmargin calls: none; every member keeps its minimum")
        return
    show_table(
        f"\nmargin calls: {len(calls)} of {len(result.pools)} pools (CNY)",
        ("member", "money of", "clearing deposit", "minimum", "to pay in"),
        rows,
        left=("money of",),
    )


def show_statement(found: MarketDemo) -> None:
    """Print the statement of one trading code whole, in the layout people know."""
    from huiguan.cli.market.statement import Format, print_statement
    from huiguan.storage.market.rulebooks.load import load_books

    code = found.day.image.names.trading_codes[int(found.life.entered["trading_code"])]
    tell(f"\nthe statement of trading code {code}, whose order is told above\n")
    print_statement(found.folder, load_books(), code, Format.CTP)


def show_end(found: MarketDemo, seconds: float) -> None:
    """Say what is known and what is invented, where the day lies, and how to go on."""
    hashes, number = found.verified, int(found.life.entered["sequence"])
    tell(
        f"{hashes.sequence:,} commands in {hashes.frames:,} frames, {found.day.run.trades:,}"
        f" trades; run again: every hash equal. {seconds:.0f} s in all.\n"
        f"{found.known_prices} settlement prices are those of the reference day; the other prices"
        " and all people, money and positions are invented.\n\n"
        f"day folder   {found.folder}\n"
        f"day hash     {hashes.day.hex()}\n"
        f"verify it    huiguan day verify {found.folder}\n"
        f"look inside  huiguan journal show {found.folder} --from 1000\n"
    )
    say_next("explain", found.folder, "--command", number)
