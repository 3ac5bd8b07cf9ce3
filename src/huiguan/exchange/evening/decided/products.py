"""The fold of products: which of the rulebooks' products a market trades, at what first prices."""

from collections.abc import Sequence

import msgspec
import numpy as np

from huiguan.exchange.day.contract_tables import ListedContract, units_of
from huiguan.exchange.day.image import DayImage
from huiguan.exchange.day.instructions.every import AnyInstruction
from huiguan.exchange.day.instructions.prices import SetListingPrice
from huiguan.exchange.day.instructions.products import EndProduct, ListProduct, SetProductRight
from huiguan.exchange.day.result import DayResult
from huiguan.exchange.evening.decided.effects import (
    NOTHING,
    Effect,
    effect,
    no_product,
    refused,
    unknown,
)
from huiguan.exchange.evening.decided.people import several, word
from huiguan.exchange.messages import Right
from huiguan.exchange.rules.instruments import Contract, contract_code
from huiguan.exchange.rules.parameters import parameters
from huiguan.exchange.rules.rows import Books


class Products(msgspec.Struct, kw_only=True):
    """The products of tomorrow, and what instructions say of them and of their contracts."""

    image: DayImage
    result: DayResult
    books: Books
    warrants: np.ndarray
    products: list[str]
    new: dict[str, ListProduct] = {}
    rights: dict[str, Right] = {}
    priced: dict[str, SetListingPrice] = {}  # by contract


def products_of(
    image: DayImage,
    result: DayResult,
    books: Books,
    warrants: np.ndarray,
    orders: Sequence[AnyInstruction],
) -> tuple[Products, list[Effect]]:
    """Return the products of tomorrow, and what each instruction changed of them."""
    found = Products(
        image=image,
        result=result,
        books=books,
        warrants=warrants,
        products=list(image.names.products),
    )
    effects: list[Effect] = []
    for order in orders:
        if isinstance(order, ListProduct):
            effects.append(list_product(found, order))
        elif isinstance(order, EndProduct):
            effects.append(end_product(found, order))
        elif isinstance(order, SetProductRight):
            effects.append(set_product_right(found, order))
        elif isinstance(order, SetListingPrice):
            found.priced[order.instrument] = order
            effects.append(effect(order, order.instrument, "benchmark", NOTHING, order.price))
    found.products += listed_by_the_books(found)
    return found, effects


def listed_by_the_books(found: Products) -> list[str]:
    """Return the products whose first trading day is tomorrow, and that this market lists.

    A market with every product of a venue lists a new one too, and asks for its first price; one
    with chosen products lists what an instruction gives a price.
    """
    products, day = found.books.products, found.result.settings.next_trading_day
    traded = {products[name].venue for name in found.products if name in products}
    priced = {code[:-4] for code in found.priced}
    chosen = {
        row.venue
        for row in products.values()
        if row.listed < day and row.code not in found.products
    }
    return [
        name
        for name, row in products.items()
        if row.listed == day
        and name not in found.products
        and (name in priced or (row.venue in traded and row.venue not in chosen))
    ]


def list_product(found: Products, order: ListProduct) -> Effect:
    """Add a product of the rulebooks that is listed by tomorrow."""
    name, day = order.product, found.result.settings.next_trading_day
    if name in found.products:
        raise refused(order, f"{name} trades already; SetProductRight changes what may be done")
    if name not in found.books.products:
        raise no_product(order, name, found.books.products)
    if found.books.products[name].listed > day:
        raise refused(order, f"{name} is first listed on {found.books.products[name].listed}")
    found.products.append(name)
    found.new[name] = order
    return effect(order, name, "benchmark", NOTHING, order.price)


def end_product(found: Products, order: EndProduct) -> Effect:
    """Take a product out in which nobody holds anything any more."""
    name = order.product
    _check_traded(found, order, name)
    left = positions_left(found, name)
    if left:
        raise refused(order, f"in {name} there are still {several(left)}; close these first")
    if len(found.products) == 1:
        raise refused(order, f"{name} is the last product of this market; it cannot end alone")
    found.products.remove(name)
    return effect(order, name, "product", "traded", NOTHING)


def set_product_right(found: Products, order: SetProductRight) -> Effect:
    """Change what everybody may do in the contracts of a product."""
    _check_traded(found, order, order.product)
    before = found.rights.get(order.product)
    if before is None:
        rows = found.image.instruments["product"]
        own = rows == found.image.names.products.index(order.product)
        before = Right(int(found.image.instruments["right"][own].max(initial=0)))
    found.rights[order.product] = order.right
    return effect(order, order.product, "right", word(before), word(order.right))


def _check_traded(found: Products, order: EndProduct | SetProductRight, name: str) -> None:
    if name not in found.products:
        raise unknown(order, "product", name, found.products)


def positions_left(found: Products, product: str) -> list[str]:
    """Return in words what is held of a product: lots of each contract, warrants lodged."""
    image, result = found.image, found.result
    if product not in image.names.products:
        return []
    number, left = image.names.products.index(product), []
    for index in np.flatnonzero(image.instruments["product"] == number).tolist():
        lots = int(result.positions["long_lots"][result.positions["instrument"] == index].sum())
        if lots:
            left.append(f"{lots:,} lots of {image.names.instruments[index]}")
    waiting = result.undelivered["month"][result.undelivered["product"] == number]
    left += [f"the delivery of {contract_code(product, m)}" for m in np.unique(waiting).tolist()]
    lodged = found.warrants[found.warrants["product"] == number]
    codes = image.names.trading_codes
    return left + [f"warrants of {codes[row['trading_code']]}" for row in lodged]


def listing_units(found: Products, order: SetListingPrice | ListProduct, listed: Contract) -> int:
    """Return a benchmark price in units of the quote; one off the tick is an InputFault."""
    terms = parameters(found.books, listed, found.result.settings.next_trading_day)
    if order.price <= 0 or order.price % terms.terms.tick:
        raise refused(
            order,
            f"{order.price} cannot be the listing price of {listed.code}; give a price above zero"
            f" that is a multiple of the tick {terms.terms.tick}",
        )
    return units_of(order.price, terms.price_decimals)


def with_rights(found: Products, product: str, row: ListedContract) -> ListedContract:
    """Return a contract of tomorrow with what an instruction says may be done in it."""
    if product not in found.rights:
        return row
    return msgspec.structs.replace(row, right=found.rights[product])
