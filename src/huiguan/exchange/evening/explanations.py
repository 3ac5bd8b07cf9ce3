"""Why a figure of a closed day is what it is: rule, inputs and arithmetic as values, no words.

Each step has a key that ``reports.explain`` has a sentence for, in Chinese and English.
"""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

import msgspec
import numpy as np

from huiguan.exchange.clearing.client_day import ClientDay
from huiguan.exchange.clearing.deposit import DeadlineOutcome
from huiguan.exchange.day.image import DayImage
from huiguan.exchange.day.result import DayResult, SettledBy
from huiguan.exchange.evening.day_money import pool_of_code
from huiguan.exchange.evening.day_postings import pool_name
from huiguan.exchange.evening.day_prices import reference_of
from huiguan.exchange.evening.rules_of_day import ContractRules, DayRules, decimal_rate
from huiguan.exchange.evening.statements import terms_of
from huiguan.exchange.messages import Hedge, Offset, Side
from huiguan.exchange.rules.price_limits import price_limits
from huiguan.exchange.rules.rows import MarketRow
from huiguan.foundation.arithmetic import show_fen, show_rate
from huiguan.foundation.faults import InputFault

SHOWN_DECIMALS = 4


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One step of an explanation: the key of its sentence, and the figures in it."""

    key: str
    values: Mapping[str, str] = {}


class Cited(msgspec.Struct, frozen=True):
    """A rule an explanation stands on, and the products it is used for (none: it speaks of one)."""

    row: MarketRow
    products: tuple[str, ...] = ()


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """What is explained, the rules it stands on, and the steps in order."""

    key: str
    subject: str
    trading_day: int
    rules: list[Cited]
    steps: list[Step]


def step(key: str, **values: object) -> Step:
    """Return a step; every figure is shown as text."""
    return Step(key=key, values={name: str(value) for name, value in values.items()})


def contract_index(image: DayImage, name: str) -> int:
    """Return the row of a contract; one that does not trade on the day is an InputFault."""
    if name not in image.names.instruments:
        raise InputFault(f"{name!r} does not trade on this day; give a contract like cu2610")
    return image.names.instruments.index(name)


def quotient(amount: int, divisor: Fraction) -> str:
    """Return a quotient cut to four decimals, with dots where it goes on."""
    exact = Fraction(amount) / divisor
    shown = Decimal(int(exact * 10**SHOWN_DECIMALS)).scaleb(-SHOWN_DECIMALS)
    return f"{shown:f}" + ("" if Fraction(shown) == exact else "...")


def explain_settlement(
    image: DayImage, result: DayResult, rules: DayRules, name: str
) -> Explanation:
    """Explain the settlement price of a contract."""
    index = contract_index(image, name)
    terms, found = terms_of(image, result, index), result.contracts[index]
    rule = rules.contracts[index]
    lot = Fraction(rule.today.terms.lot_size)
    by = SettledBy(int(found["settled_by"]))
    steps = [step("previous", price=terms.price(terms.previous_units))]
    if by == SettledBy.TRADES:
        volume = int(found["volume_lots"])
        steps.append(
            step(
                "average",
                turnover=show_fen(int(found["turnover_fen"])),
                volume=f"{volume:,}",
                lot_size=rule.today.terms.lot_size,
                mean=quotient(int(found["turnover_fen"]), 100 * lot * volume),
            )
        )
        steps.append(
            step("cut", tick=rule.today.terms.tick, rounding=rule.today.settlement.rounding)
        )
    else:
        steps.append(step(f"by_{by.name.lower()}"))
    if by == SettledBy.REFERENCE_CONTRACT:
        steps += _reference(image, result, rules, index)
    steps.append(step("settled", price=terms.price(terms.settlement_units)))
    return Explanation(
        key="settlement",
        subject=name,
        trading_day=result.settings.trading_day,
        rules=[Cited(rule.today.settlement)],
        steps=steps,
    )


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


def explain_limit(image: DayImage, result: DayResult, rules: DayRules, name: str) -> Explanation:
    """Explain the price limits of a contract on the next trading day."""
    index = contract_index(image, name)
    terms, found = terms_of(image, result, index), result.contracts[index]
    rule = rules.contracts[index]
    used: list[MarketRow] = [rule.charged.circular, rule.charged.limit_rounding]
    steps = [step("circular_limit", rate=show_rate(rule.charged.circular.limit_ppb))]
    limit = int(found["limit_ppb"])
    if found["lock_day"]:
        used.append(rule.charged.limit_lock)
        steps.append(
            step(
                "locked",
                day=int(found["lock_day"]),
                first=show_rate(int(found["first_limit_ppb"])),
                points=show_rate(
                    rule.charged.limit_lock.second_day_ppb
                    if found["lock_day"] == 1
                    else rule.charged.limit_lock.third_day_ppb
                ),
                rate=show_rate(limit),
            )
        )
    elif limit != rule.charged.circular.limit_ppb:
        used.append(rule.charged.new_contract)
        steps.append(step("other_limit", rate=show_rate(limit)))
    if found["halted"]:
        steps.append(step("halted"))
    if found["expired"]:
        return Explanation(
            key="limit",
            subject=name,
            trading_day=result.settings.next_trading_day,
            rules=[Cited(row) for row in used],
            steps=[step("expired")],
        )
    rounding, tick = rule.charged.limit_rounding, rule.charged.terms.tick
    price, rate = terms.price(terms.settlement_units), decimal_rate(limit)
    lower, upper = price_limits(price, rate, tick, rounding)
    for key, cut, exact, direction in (
        ("upper", upper, price * (1 + rate), rounding.upper),
        ("lower", lower, price * (1 - rate), rounding.lower),
    ):
        steps.append(
            step(
                key,
                settlement=price,
                rate=show_rate(limit),
                exact=f"{exact.normalize():f}",
                tick=tick,
                rounding=direction,
                limit=cut,
            )
        )
    return Explanation(
        key="limit",
        subject=name,
        trading_day=result.settings.next_trading_day,
        rules=[Cited(row) for row in used],
        steps=steps,
    )


def explain_margin(
    image: DayImage, result: DayResult, rules: DayRules, name: str, day: ClientDay
) -> Explanation:
    """Explain the trading margin of a trading code from its statement ``day``."""
    used: list[tuple[str, MarketRow]] = []
    steps = []
    code = image.names.trading_codes.index(name)
    backed = {(row[1], row[3]): row[2] for row in result.freed_shorts.tolist() if row[0] == code}
    by_product: dict[str, dict[str, int]] = {}
    for line in day.summary:
        index = contract_index(image, line.instrument)
        terms, rule = terms_of(image, result, index), rules.contracts[index]
        if result.contracts["expired"][index]:
            steps.append(step("margin_expired", instrument=line.instrument))
            continue
        hedging = line.hedge == Hedge.HEDGE
        rate = terms.hedge_ppb if hedging else terms.general_ppb
        product = rule.today.contract.product
        rows = [rule.charged.circular, rule.charged.ladder, rule.charged.relief]
        if result.contracts["lock_day"][index]:
            rows.append(rule.charged.limit_lock)
            day_of_lock = int(result.contracts["lock_day"][index])
            steps.append(step("margin_lock", instrument=line.instrument, day=day_of_lock))
        used += [(product, row) for row in rows]
        steps.append(_margin_rate(rule, result.contracts[index], line.instrument, hedging=hedging))
        sides = by_product.setdefault(product, {"long": 0, "short": 0, "both": 0})
        for side, lots in ((Side.BUY, line.long_lots), (Side.SELL, line.short_lots)):
            free = backed.get((index, int(line.hedge)), 0) if side == Side.SELL else 0
            if free:
                lots -= free  # noqa: PLW2901  what is left to be charged
                steps.append(step("margin_backed", instrument=line.instrument, lots=free))
            if not lots:
                continue
            value = terms.settlement_units * terms.unit_value_fen * lots
            margin = (value * rate + 500_000_000) // 1_000_000_000
            kind = "long" if side == Side.BUY else "short"
            sides[kind if result.contracts["relief"][index] else "both"] += margin
            steps.append(
                step(
                    f"margin_{kind}",
                    instrument=line.instrument,
                    lots=lots,
                    settlement=terms.price(terms.settlement_units),
                    lot_size=rule.today.terms.lot_size,
                    rate=show_rate(rate),
                    flag="hedge" if hedging else "general",
                    margin=show_fen(margin),
                )
            )
    for product, sides in by_product.items():
        key = "larger_and_both" if sides["both"] else "larger_side"
        steps.append(
            step(
                key if sides["long"] + sides["short"] else "both_sides",
                product=product,
                long=show_fen(sides["long"]),
                short=show_fen(sides["short"]),
                both=show_fen(sides["both"]),
                margin=show_fen(max(sides["long"], sides["short"]) + sides["both"]),
            )
        )
    steps.append(step("margin_total", margin=show_fen(day.funds.margin_fen)))
    return Explanation(
        key="margin",
        subject=name,
        trading_day=result.settings.trading_day,
        rules=unique(used),
        steps=steps,
    )


def _margin_rate(rule: ContractRules, found: np.void, name: str, *, hedging: bool) -> Step:
    """Return where a margin rate comes from: circular, ladder, a lock, or a decision."""
    rate = int(found["hedge_ppb" if hedging else "general_ppb"])
    row = rule.charged.circular
    circular = row.hedge_ppb if hedging else row.general_ppb
    ladder = rule.ladder_ppb(int(found["open_interest_lots"]))
    if found["lock_day"]:
        key = "rate_locked"
    else:
        key = "rate_higher" if rate == max(circular, ladder) else "rate_decided"
    return step(
        key,
        instrument=name,
        flag="hedge" if hedging else "general",
        circular=show_rate(circular),
        ladder=show_rate(ladder),
        rate=show_rate(rate),
    )


def explain_fees(
    image: DayImage, result: DayResult, rules: DayRules, name: str, day: ClientDay
) -> Explanation:
    """Explain the fees of a trading code from its statement ``day``."""
    used: list[tuple[str, MarketRow]] = []
    steps = []
    for line in day.trades:
        trade = line.trade
        rule = rules.contracts[contract_index(image, trade.instrument)].today
        product = rule.contract.product
        used.append((product, rule.fee))
        if trade.hedge == Hedge.HEDGE:
            used.append((product, rule.hedge_fee))
        rates = rule.hedge_fees if trade.hedge == Hedge.HEDGE else rule.general_fees
        today = trade.offset == Offset.CLOSE_TODAY
        rate = rates.close_today_rate_ppb if today else rates.open_rate_ppb
        per_lot = rates.close_today_fen if today else rates.open_fen
        values = {
            "number": trade.trade_id,
            "instrument": trade.instrument,
            "lots": trade.lots,
            "price": trade.price,
            "offset": trade.offset.name.lower(),
            "fee": show_fen(line.fee_fen),
        }
        if per_lot:
            steps.append(step("fee_per_lot", per_lot=show_fen(per_lot), **values))
        elif rate:
            values |= {"turnover": show_fen(line.turnover_fen), "rate": show_rate(rate)}
            steps.append(step("fee_rate", lot_size=rule.terms.lot_size, **values))
        else:
            steps.append(step("fee_free", **values))
    code = image.names.trading_codes.index(name)
    own = result.order_fees[result.order_fees["trading_code"] == code]
    for row in own:
        instrument = int(row["instrument"])
        row_rules = rules.contracts[instrument].today
        used.append((row_rules.contract.product, row_rules.order_fee))
        steps.append(
            step(
                "order_fee",
                instrument=image.names.instruments[instrument],
                messages=f"{int(row['messages']):,}",
                executed=f"{int(row['executed_orders']):,}",
                fee=show_fen(int(row["fee_fen"])),
            )
        )
    if day.funds.delivery_fees_fen:
        steps.append(step("fee_cash", fee=show_fen(day.funds.delivery_fees_fen)))
    steps.append(step("fee_total", fee=show_fen(day.funds.fees_fen)))
    return Explanation(
        key="fees",
        subject=name,
        trading_day=result.settings.trading_day,
        rules=unique(used),
        steps=steps,
    )


def explain_call(image: DayImage, result: DayResult, rules: DayRules, member: str) -> Explanation:
    """Explain the clearing deposit of a member's pools, and what is called."""
    if member not in image.names.members:
        raise InputFault(f"member {member!r} is not in this day; check the number")
    rule = rules.contracts[0].today
    steps = []
    counts = [0] * len(image.pools)
    for pool in pool_of_code(image).tolist():
        counts[pool] += 1
    for index, row in enumerate(result.pools):
        if image.names.members[row["member"]] != member:
            continue
        before = row["previous_cash_fen"] - row["previous_margin_fen"] + row["previous_usable_fen"]
        fees = int(row["fees_fen"] + row["order_fees_fen"])
        steps.append(
            step(
                "deposit",
                pool=pool_name(image, index),
                codes=counts[index],
                before=show_fen(int(before)),
                margin_before=show_fen(int(row["previous_margin_fen"])),
                margin=show_fen(int(row["margin_fen"])),
                usable=show_fen(int(row["usable_fen"])),
                usable_before=show_fen(int(row["previous_usable_fen"])),
                profit=show_fen(int(row["profit_fen"])),
                deposits=show_fen(int(row["deposits_fen"])),
                withdrawals=show_fen(int(row["withdrawals_fen"])),
                fees=show_fen(fees),
                balance=show_fen(int(row["balance_fen"])),
            )
        )
        steps.append(
            step(
                "call",
                minimum=show_fen(int(row["minimum_fen"])),
                balance=show_fen(int(row["balance_fen"])),
                call=show_fen(int(row["call_fen"])),
            )
        )
        steps.append(step(f"outcome_{DeadlineOutcome(int(row['outcome'])).name.lower()}"))
    return Explanation(
        key="call",
        subject=member,
        trading_day=result.settings.trading_day,
        rules=[Cited(rule.deposit), Cited(rule.collateral)],
        steps=steps,
    )


def unique(rows: list[tuple[str, MarketRow]]) -> list[Cited]:
    """Return each rule once, in order, with the products it is used for."""
    found: dict[tuple[str, str, str, int], tuple[MarketRow, dict[str, None]]] = {}
    for product, row in rows:
        key = (type(row).__name__, row.article, row.source, row.effective)
        found.setdefault(key, (row, {}))[1][product] = None
    return [Cited(row, tuple(products)) for row, products in found.values()]
