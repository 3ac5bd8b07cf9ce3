"""Open the first day of a market: products, members, codes and money come by instructions."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from huiguan.days.open import OpenedDay, OpenedMorning, is_opened, write_morning
from huiguan.exchange.day.image import Settings
from huiguan.exchange.day.instructions.base import Stage
from huiguan.exchange.day.instructions.every import of_stage
from huiguan.exchange.day.instructions.products import ListProduct
from huiguan.exchange.day.result import result_digest
from huiguan.exchange.evening.decided.effects import no_product
from huiguan.exchange.evening.decided.nothing import nothing_before
from huiguan.exchange.evening.next_day import next_morning
from huiguan.exchange.reports.differences import differences
from huiguan.exchange.rules.rows import calendar_of
from huiguan.foundation.calendars import parse_day
from huiguan.foundation.faults import InputFault
from huiguan.storage.files import Files
from huiguan.storage.lock import hold
from huiguan.storage.market.opening import Opening

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from huiguan.exchange.day.instructions.every import AnyInstruction
    from huiguan.exchange.rules.rows import Books


def open_first(
    root: Path | str, books: Books, first_day: int | str, instructions: Sequence[AnyInstruction]
) -> OpenedDay:
    """Make the folder of a market's first trading day from instructions alone.

    ``first_day`` is 20260821 or "2026-08-21"; at least one instruction lists a product of the
    books. A folder that is a day already stays as it is:
    ``InputFault``.
    """
    root = Path(root)
    day = parse_day(first_day) if isinstance(first_day, str) else first_day
    orders = of_stage(instructions, Stage.OPENING)
    listed = [order.product for order in orders if isinstance(order, ListProduct)]
    known = [books.products[name] for name in listed if name in books.products]
    for order in orders:
        if isinstance(order, ListProduct) and order.product not in books.products:
            raise no_product(order, order.product, books.products)
    if not known:
        raise InputFault(
            "a first day needs a product: give an instruction ListProduct with a product of the"
            " books and the benchmark price of its nearest month"
        )
    settings = Settings(trading_day=day, rulebook_digest=books.digest, venue="")
    calendar = calendar_of(books, known[0])
    image, result = nothing_before(books, calendar, day, settings)
    morning, effects = next_morning(image, result, books, orders)
    opening = Opening(source=result_digest(result).hex(), instructions=orders, forced_closes=[])
    with hold(root, "day first"):
        if is_opened(root):
            raise InputFault(f"{root} is a trading day already; name a new folder")
        prove = partial(differences, morning)
        write_morning(root, OpenedMorning(morning, opening), None, prove, Files())
    return OpenedDay(root, morning, [], effects, written=True)


def first_instructions(
    prices: Mapping[str, str], money: Mapping[str, str], pool: str = "50,000,000.00"
) -> list[dict[str, object]]:
    """Return the instructions of a small first day, as people write them.

    ``prices``: benchmark price by product. ``money``: what each trading code (member's four digits,
    client's eight) pays in, in yuan; its member is a futures firm that keeps ``pool`` of its own
    money beside its clients'.
    """
    rows: list[dict[str, object]] = [
        {"type": "ListProduct", "product": product, "price": price}
        for product, price in prices.items()
    ]
    for member in dict.fromkeys(code[:4] for code in money):
        rows += [
            {"type": "AdmitMember", "member": member, "mode": "refuse"},
            {"type": "OpenPool", "member": member, "house": False, "futures_firm": True},
            {"type": "MoveMemberMoney", "member": member, "house": False, "amount": pool},
        ]
    for code, amount in money.items():
        rows += [
            {"type": "AdmitTradingCode", "trading_code": code},
            {"type": "MoveClientMoney", "trading_code": code, "amount": amount},
        ]
    signed = {"maker": "market", "checker": "clearing"}
    return [{**row, **signed, "reference": f"first-{n}"} for n, row in enumerate(rows, 1)]
