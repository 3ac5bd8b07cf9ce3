"""Why the trading margin of a trading code is what it is."""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from huiguan.exchange.clearing.client_day import ClientDay, SummaryLine
from huiguan.exchange.clearing.margin import product_margin, trading_margin
from huiguan.exchange.day.image import DayImage
from huiguan.exchange.day.instructions.every import AnyInstruction
from huiguan.exchange.day.instructions.prices import DecideParameters, RaiseMargin
from huiguan.exchange.day.result import DayResult
from huiguan.exchange.evening.day_prices import parameters_of_contract
from huiguan.exchange.evening.explanations.steps import (
    Explanation,
    Step,
    cannot_be,
    check_books,
    contract_index,
    decision_on,
    persons,
    step,
    unique,
)
from huiguan.exchange.evening.rules_of_day import DayRules, decimal_rate, rate_ppb
from huiguan.exchange.evening.statements import terms_of
from huiguan.exchange.messages import Hedge
from huiguan.exchange.rules.dated import MarketRow
from huiguan.exchange.rules.instruments import contract_code
from huiguan.foundation.arithmetic import show_fen, show_rate
from huiguan.foundation.calendars import show_day


class Evening(NamedTuple):
    """The day that is explained: what went in, what came out, by which rules and decisions."""

    image: DayImage
    result: DayResult
    rules: DayRules
    instructions: Sequence[AnyInstruction]


class Charged(NamedTuple):
    """Margins in fen of one product, as the larger side takes them together."""

    long: list[int]
    short: list[int]
    both: list[int]  # of contracts that are charged on both sides


def explain_margin(
    image: DayImage,
    result: DayResult,
    rules: DayRules,
    name: str,
    day: ClientDay,
    instructions: Sequence[AnyInstruction] = (),
) -> Explanation:
    """Explain the trading margin of a trading code from its statement ``day``.

    ``instructions`` are those the close followed.
    """
    check_books(result, rules)
    evening = Evening(image, result, rules, instructions)
    code = image.names.trading_codes.index(name)
    backed = {(row[1], row[3]): row[2] for row in result.freed_shorts.tolist() if row[0] == code}
    used: list[tuple[str, MarketRow]] = []
    steps: list[Step] = []
    by_product: dict[str, Charged] = {}
    for line in day.summary:
        index = contract_index(image, line.instrument)
        if result.contracts["expired"][index]:
            steps.append(step("margin_expired", instrument=line.instrument))
            continue
        product = rules.contracts[index].today.contract.product
        rows, reasons = rate_steps(evening, index, hedging=line.hedge == Hedge.HEDGE)
        used += [(product, row) for row in rows]
        charged = by_product.setdefault(product, Charged([], [], []))
        steps += reasons
        steps += side_steps(evening, line, backed.get((index, int(line.hedge)), 0), charged)
    total = 0
    for product, charged in by_product.items():
        margin = product_margin(*charged)
        total += margin
        steps.append(product_step(product, charged, margin))
    if total != day.funds.margin_fen:
        both = show_fen(total), show_fen(day.funds.margin_fen)
        raise cannot_be(name, "trading margin", *both)
    steps.append(step("margin_total", margin=show_fen(total)))
    steps += kept_steps(evening, code)
    return Explanation(
        key="margin",
        subject=name,
        trading_day=result.settings.trading_day,
        rules=unique(used),
        steps=steps,
    )


def kept_steps(evening: Evening, code: int) -> list[Step]:
    """Return what a trading code has still to deliver or to take, and until when margin is kept."""
    rows = evening.result.undelivered
    return [
        step(
            "margin_kept",
            instrument=contract_code(evening.image.names.products[product], month),
            long=longs,
            short=shorts,
            margin=show_fen(margin),
            until=show_day(until),
        )
        for margin, _, product, month, longs, shorts, until, _ in rows[
            rows["trading_code"] == code
        ].tolist()
    ]


def side_steps(evening: Evening, line: SummaryLine, free: int, charged: Charged) -> list[Step]:
    """Return the margin of each side of a contract, and add it to what its product is charged.

    ``free`` short lots are backed by warrants.
    """
    index = contract_index(evening.image, line.instrument)
    terms = terms_of(evening.image, evening.result, index)
    hedging = line.hedge == Hedge.HEDGE
    rate = terms.hedge_ppb if hedging else terms.general_ppb
    lot_size = evening.rules.contracts[index].today.terms.lot_size
    settlement, steps = terms.price(terms.settlement_units), []
    if free:
        steps.append(step("margin_backed", instrument=line.instrument, lots=free))
    relief = bool(evening.result.contracts["relief"][index])
    for side, lots in (("long", line.long_lots), ("short", line.short_lots - free)):
        if lots:
            margin = trading_margin(settlement, lot_size, lots, decimal_rate(rate))
            getattr(charged, side if relief else "both").append(margin)
            steps.append(
                step(
                    f"margin_{side}",
                    instrument=line.instrument,
                    lots=lots,
                    settlement=settlement,
                    lot_size=lot_size,
                    rate=show_rate(rate),
                    flag="hedge" if hedging else "general",
                    margin=show_fen(margin),
                )
            )
    return steps


def product_step(product: str, charged: Charged, margin: int) -> Step:
    """Return how the margins of a product are taken together."""
    key = "both_sides"
    if charged.long or charged.short:
        key = "larger_and_both" if charged.both else "larger_side"
    return step(
        key,
        product=product,
        long=show_fen(sum(charged.long)),
        short=show_fen(sum(charged.short)),
        both=show_fen(sum(charged.both)),
        margin=show_fen(margin),
    )


def rate_steps(
    evening: Evening, index: int, *, hedging: bool
) -> tuple[list[MarketRow], list[Step]]:
    """Return the rules a margin rate comes from, and how: circular, ladder, a lock, a decision."""
    image, result, rules, instructions = evening
    rule, found = rules.contracts[index], result.contracts[index]
    name = image.names.instruments[index]
    order = decision_on(instructions, DecideParameters, name)
    raised = decision_on(instructions, RaiseMargin, name)
    _, reckoned = parameters_of_contract(image, rules, result.contracts, index, order)
    base = rate_ppb(reckoned.hedging if hedging else reckoned.general)
    points = rate_ppb(raised.points if raised else Decimal(0))
    rate = int(found["hedge_ppb" if hedging else "general_ppb"])
    if base + points != rate:
        raise cannot_be(name, "margin rate", show_rate(base + points), show_rate(rate))
    row, lock_day = rule.charged.circular, int(found["lock_day"])
    values = {
        "instrument": name,
        "flag": "hedge" if hedging else "general",
        "circular": show_rate(row.hedge_ppb if hedging else row.general_ppb),
        "ladder": show_rate(rule.ladder_ppb(int(found["open_interest_lots"]))),
        "rate": show_rate(base),
    }
    used: list[MarketRow] = [rule.charged.ladder, rule.charged.relief]
    if order is not None:
        decided = order.hedging if hedging else order.general
        values |= {"decided": show_rate(rate_ppb(decided)), **persons(order)}
        steps = [step("rate_decided", **values)]
    elif lock_day:
        lock = rule.charged.limit_lock
        before = image.contract_states[index]["hedge_ppb" if hedging else "general_ppb"]
        values |= {
            "day": str(lock_day),
            "over": show_rate(lock.margin_above_limit_ppb),
            "limit": show_rate(rate_ppb(reckoned.limit)),
            "before": show_rate(int(before)),
        }
        used = [row, *used, lock]
        steps = [step("rate_waiting" if rule.waits(lock_day) else "rate_locked", **values)]
    else:
        used = [row, *used]
        steps = [step("rate_higher", **values)]
    if raised is not None:
        more = {**persons(raised), "points": show_rate(points), "rate": show_rate(rate)}
        steps.append(step("rate_raised", instrument=name, flag=values["flag"], **more))
    return used, steps
