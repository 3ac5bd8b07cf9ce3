"""What instructions of the close did, from the morning's image and the evening's result."""

from collections.abc import Sequence
from decimal import Decimal

from huiguan.exchange.day.image import DayImage
from huiguan.exchange.day.instructions.every import AnyInstruction
from huiguan.exchange.day.instructions.money import LodgeWarrants
from huiguan.exchange.day.instructions.prices import (
    DecideParameters,
    DecideSettlement,
    RaiseMargin,
    ReducePositions,
)
from huiguan.exchange.day.result import DayResult
from huiguan.exchange.evening.decided.effects import NOTHING, Effect, effect
from huiguan.exchange.evening.decided.people import word
from huiguan.exchange.evening.statements import terms_of
from huiguan.exchange.messages import Right
from huiguan.foundation.arithmetic import show_rate

RATES = ("limit", "general", "hedge")


def effects_at_close(
    image: DayImage, result: DayResult, orders: Sequence[AnyInstruction]
) -> list[Effect]:
    """Return what each instruction of a close changed; before is what held in the morning."""
    found: list[Effect] = []
    for order in orders:
        if isinstance(order, DecideSettlement):
            terms = terms_of(image, result, image.names.instruments.index(order.instrument))
            before, after = terms.price(terms.previous_units), terms.price(terms.settlement_units)
            found.append(effect(order, order.instrument, "settlement", before, after))
        elif isinstance(order, (DecideParameters, RaiseMargin)):
            found += _rates(image, result, order)
        elif isinstance(order, ReducePositions):
            index = image.names.instruments.index(order.instrument)
            was = int(image.instruments["last_open_interest_lots"][index])
            still = int(result.contracts["open_interest_lots"][index])
            found.append(effect(order, order.instrument, "open_interest", f"{was:,}", f"{still:,}"))
        elif isinstance(order, LodgeWarrants):
            subject = f"{order.trading_code} {order.product}"
            found.append(
                effect(order, subject, "warrants", lodged(image, order), shown(order.quantity))
            )
    return found


def _rates(
    image: DayImage, result: DayResult, order: DecideParameters | RaiseMargin
) -> list[Effect]:
    """Return the margins (and limit) of a contract in the morning and after a decision."""
    index = image.names.instruments.index(order.instrument)
    before, after = image.contract_states[index], result.contracts[index]
    names = RATES if isinstance(order, DecideParameters) else RATES[1:]
    found = [
        effect(
            order,
            order.instrument,
            name,
            show_rate(int(before[f"{name}_ppb"])),
            show_rate(int(after[f"{name}_ppb"])),
        )
        for name in names
    ]
    if after["halted"]:
        right = Right(int(image.instruments["right"][index]))
        found.append(effect(order, order.instrument, "right", word(right), word(Right.FORBIDDEN)))
    return found


def lodged(image: DayImage, order: LodgeWarrants) -> str:
    """Return the quantity of warrants a code had lodged in the morning."""
    rows, names = image.warrants, image.names
    own = rows[
        (rows["trading_code"] == names.trading_codes.index(order.trading_code))
        & (rows["product"] == names.products.index(order.product))
    ]
    return shown(Decimal(int(own["quantity_thousandths"].sum())).scaleb(-3))


def shown(quantity: Decimal) -> str:
    """Return a quantity without needless zeros; none is NOTHING."""
    return f"{quantity.normalize():f}" if quantity else NOTHING
