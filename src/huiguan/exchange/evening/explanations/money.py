"""Why fees, clearing deposit and margin call are what they are."""

from typing import TYPE_CHECKING

from huiguan.exchange.clearing.client_day import ClientDay
from huiguan.exchange.clearing.deposit import DeadlineOutcome
from huiguan.exchange.day.image import DayImage
from huiguan.exchange.day.result import DayResult
from huiguan.exchange.evening.day_money import held_or_traded, pool_of_code, rules_of_pools
from huiguan.exchange.evening.day_postings import pool_name
from huiguan.exchange.evening.explanations.steps import (
    CitedStep,
    Explanation,
    check_books,
    contract_index,
    step,
    unique,
)
from huiguan.exchange.evening.rules_of_day import DayRules
from huiguan.exchange.messages import Hedge, Offset
from huiguan.foundation.arithmetic import show_fen, show_rate
from huiguan.foundation.faults import InputFault

if TYPE_CHECKING:
    from huiguan.exchange.rules.dated import MarketRow


def explain_fees(
    image: DayImage, result: DayResult, rules: DayRules, name: str, day: ClientDay
) -> Explanation:
    """Explain the fees of a trading code from its statement ``day``."""
    check_books(result, rules)
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
    check_books(result, rules)
    held = rules_of_pools(
        image, rules.venues, rules.by_venue, *held_or_traded(image, result.trades)
    )
    used: list[tuple[str, MarketRow]] = []
    steps = []
    counts = [0] * len(image.pools)
    for pool in pool_of_code(image).tolist():
        counts[pool] += 1
    for index, row in enumerate(result.pools):
        if image.names.members[row["member"]] != member:
            continue
        used += [("", cited) for cited in held[index].rows]
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
        rules=[CitedStep(cited.row) for cited in unique(used)],
        steps=steps,
    )
