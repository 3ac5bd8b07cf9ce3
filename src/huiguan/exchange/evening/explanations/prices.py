"""Why a settlement price or a price limit is what it is."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from huiguan.exchange.day.image import DayImage
from huiguan.exchange.day.instructions.every import AnyInstruction
from huiguan.exchange.day.instructions.prices import DecideParameters, DecideSettlement
from huiguan.exchange.day.result import DayResult, SettledBy
from huiguan.exchange.evening.day_prices import (
    new_contract_multiple,
    parameters_of_contract,
    reference_of,
)
from huiguan.exchange.evening.explanations.steps import (
    CitedStep,
    Explanation,
    Step,
    cannot_be,
    check_books,
    contract_index,
    decision_on,
    persons,
    step,
)
from huiguan.exchange.evening.rules_of_day import ContractRules, DayRules, decimal_rate, rate_ppb
from huiguan.exchange.evening.statements import StatementTerms, terms_of
from huiguan.exchange.rules.dated import MarketRow
from huiguan.exchange.rules.price_limits import price_limits
from huiguan.foundation.arithmetic import show_fen, show_rate

SHOWN_DECIMALS = 4


def quotient(amount: int, divisor: Fraction) -> str:
    """Return a quotient cut to four decimals, with dots where it goes on."""
    exact = Fraction(amount) / divisor
    shown = Decimal(int(exact * 10**SHOWN_DECIMALS)).scaleb(-SHOWN_DECIMALS)
    return f"{shown:f}" + ("" if Fraction(shown) == exact else "...")


def explain_settlement(
    image: DayImage,
    result: DayResult,
    rules: DayRules,
    name: str,
    instructions: Sequence[AnyInstruction] = (),
) -> Explanation:
    """Explain the settlement price of a contract; ``instructions`` are those the close followed."""
    index = contract_index(image, name)
    check_books(result, rules)
    terms, found = terms_of(image, result, index), result.contracts[index]
    rule = rules.contracts[index]
    by = SettledBy(int(found["settled_by"]))
    steps = [step("previous", price=terms.price(terms.previous_units))]
    if by == SettledBy.TRADES:
        steps += _average(rule, int(found["turnover_fen"]), int(found["volume_lots"]))
    elif by == SettledBy.DECIDED:
        order = decision_on(instructions, DecideSettlement, name)
        price = terms.price(terms.settlement_units)
        if order is None or order.price != price:
            kept = "no price was decided" if order is None else f"{order.price} was decided"
            raise cannot_be(name, "settlement price", kept, f"{price}, decided")
        steps.append(step("by_decided", **persons(order)))
    else:
        steps.append(step(f"by_{by.name.lower()}"))
    if by == SettledBy.REFERENCE_CONTRACT:
        steps += _reference(image, result, rules, index)
    steps.append(step("settled", price=terms.price(terms.settlement_units)))
    return Explanation(
        key="settlement",
        subject=name,
        trading_day=result.settings.trading_day,
        rules=[CitedStep(rule.today.settlement)],
        steps=steps,
    )


def _average(rule: ContractRules, turnover_fen: int, volume: int) -> list[Step]:
    """Return the mean price of a contract that traded, and how it is cut to the tick."""
    lot_size = rule.today.terms.lot_size
    return [
        step(
            "average",
            turnover=show_fen(turnover_fen),
            volume=f"{volume:,}",
            lot_size=lot_size,
            mean=quotient(turnover_fen, 100 * Fraction(lot_size) * volume),
        ),
        step("cut", tick=rule.today.terms.tick, rounding=rule.today.settlement.rounding),
    ]


def _reference(image: DayImage, result: DayResult, rules: DayRules, index: int) -> list[Step]:
    """Return which contract a settlement price moved with, and the arithmetic."""
    other = reference_of(rules, result.contracts, index)
    assert other is not None, "a price by reference has one"
    terms, moved = terms_of(image, result, index), terms_of(image, result, other)
    settlement = rules.contracts[index].today.settlement
    values = {
        "reference": moved.name,
        "before": moved.price(moved.previous_units),
        "now": moved.price(moved.settlement_units),
        "previous": terms.price(terms.previous_units),
        "tick": rules.contracts[index].today.terms.tick,
        "rounding": settlement.rounding,
    }
    if settlement.reference_change == "additive":
        exact = terms.previous_units + moved.settlement_units - moved.previous_units
        mean = quotient(exact, Fraction(10) ** terms.decimals)
    else:
        product = terms.previous_units * moved.settlement_units
        mean = quotient(product, Fraction(moved.previous_units) * 10**terms.decimals)
    return [step(f"reference_{settlement.reference_change}", mean=mean, **values)]


def explain_limit(
    image: DayImage,
    result: DayResult,
    rules: DayRules,
    name: str,
    instructions: Sequence[AnyInstruction] = (),
) -> Explanation:
    """Explain the price limits of a contract on the next trading day.

    ``instructions`` are those the close followed.
    """
    index = contract_index(image, name)
    check_books(result, rules)
    terms, rule = terms_of(image, result, index), rules.contracts[index]
    found = result.contracts[index]
    used: list[MarketRow] = [rule.charged.limit_rounding]
    if found["expired"]:
        steps = [step("expired")]
    else:
        order = decision_on(instructions, DecideParameters, name)
        cited, steps = limit_steps(image, result, rules, index, order)
        used = [*cited, *used]
        if found["halted"]:
            steps.append(step("halted"))
        steps += _limits(rule, terms, int(found["limit_ppb"]))
    return Explanation(
        key="limit",
        subject=name,
        trading_day=result.settings.next_trading_day,
        rules=[CitedStep(row) for row in used],
        steps=steps,
    )


def limit_steps(
    image: DayImage, result: DayResult, rules: DayRules, index: int, order: DecideParameters | None
) -> tuple[list[MarketRow], list[Step]]:
    """Return the rules a limit rate comes from, and how; a decision stands instead of all."""
    rule, found = rules.contracts[index], result.contracts[index]
    _, reckoned = parameters_of_contract(image, rules, result.contracts, index, order)
    multiple = new_contract_multiple(image, rule, result.contracts, index, order)
    limit, circular = int(found["limit_ppb"]), rule.charged.circular
    if rate_ppb(reckoned.limit) * multiple != limit:
        rates = show_rate(rate_ppb(reckoned.limit) * multiple), show_rate(limit)
        raise cannot_be(image.names.instruments[index], "limit", *rates)
    if order is not None:
        return [], [step("decided_limit", rate=show_rate(limit), **persons(order))]
    used: list[MarketRow] = [circular]
    steps = [step("circular_limit", rate=show_rate(circular.limit_ppb))]
    if found["lock_day"]:
        lock, day = rule.charged.limit_lock, int(found["lock_day"])
        used.append(lock)
        waits = rule.waits(day)
        steps.append(
            step(
                "locked_alone" if waits else f"locked_{lock.with_circular}",
                day=day,
                first=show_rate(int(found["first_limit_ppb"])),
                points=show_rate(lock.second_day_ppb if day == 1 else lock.third_day_ppb),
                rate=show_rate(rate_ppb(reckoned.limit)),
            )
        )
    elif limit != circular.limit_ppb:
        used.append(rule.charged.new_contract)
        times = limit // circular.limit_ppb
        steps.append(step("new_contract_limit", multiple=times, rate=show_rate(limit)))
    return used, steps


def _limits(rule: ContractRules, terms: StatementTerms, limit_ppb: int) -> list[Step]:
    """Return both limits from settlement price and rate, to the tick."""
    rounding, tick = rule.charged.limit_rounding, rule.charged.terms.tick
    price, rate = terms.price(terms.settlement_units), decimal_rate(limit_ppb)
    lower, upper = price_limits(price, rate, tick, rounding)
    return [
        step(
            key,
            settlement=price,
            rate=show_rate(limit_ppb),
            exact=f"{exact.normalize():f}",
            tick=tick,
            rounding=direction,
            limit=cut,
        )
        for key, cut, exact, direction in (
            ("upper", upper, price * (1 + rate), rounding.upper),
            ("lower", lower, price * (1 - rate), rounding.lower),
        )
    ]
