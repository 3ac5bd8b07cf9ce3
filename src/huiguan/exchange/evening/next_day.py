"""The image of the next morning: DayResult N plus approved instructions, and nothing else."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from msgspec.structs import replace

from huiguan.exchange.day.contract_tables import (
    ContractTables,
    ListedContract,
    contract_tables,
)
from huiguan.exchange.day.image import DayImage, HeldLot, HeldPosition, Names, Undelivered, Warrant
from huiguan.exchange.day.instructions.every import AnyInstruction, check_instructions
from huiguan.exchange.day.result import DayResult, result_digest
from huiguan.exchange.day.settings_of_day import settings_of_day
from huiguan.exchange.evening.carried import lodged_warrants, member_volumes, past_settlements
from huiguan.exchange.evening.day_money import held_or_traded, rules_of_pools
from huiguan.exchange.evening.decided.effects import Effect
from huiguan.exchange.evening.decided.follow import follow
from huiguan.exchange.evening.decided.morning import PeopleTables, morning_of, people_tables
from huiguan.exchange.evening.decided.products import (
    Products,
    listing_units,
    products_of,
    with_rights,
)
from huiguan.exchange.evening.rules_of_day import PoolRules
from huiguan.exchange.messages import Right
from huiguan.exchange.rules.instruments import Contract, contract, listed_contracts
from huiguan.exchange.rules.parameters import parameters
from huiguan.exchange.rules.rows import Books
from huiguan.foundation.faults import InputFault
from huiguan.foundation.records import Record
from huiguan.foundation.tables import in_key_order

SPARE = 2  # capacities are at least so many times what the morning holds


class NextMorning(NamedTuple):
    """The image of the next morning, and what each instruction of its opening changed."""

    image: DayImage
    effects: list[Effect]


def next_image(
    image: DayImage, result: DayResult, books: Books, instructions: Sequence[AnyInstruction] = ()
) -> DayImage:
    """Return the image of the next trading day.

    Contracts that expired are gone, new ones are listed at their benchmark price (or the price of
    the month before them, where no instruction gives one); money, positions and lots are those of
    the result; margin calls that were not answered leave close only.
    """
    return next_morning(image, result, books, instructions).image


def next_morning(
    image: DayImage, result: DayResult, books: Books, instructions: Sequence[AnyInstruction] = ()
) -> NextMorning:
    """Return the image of the next trading day with what instructions changed in it."""
    check_instructions(instructions)
    warrants = lodged_warrants(image, instructions)
    traded, effects = products_of(image, result, books, warrants, instructions)
    listed = contracts_of_tomorrow(image, result, books, traded)
    tables = contract_tables(books, result.settings.next_trading_day, listed)
    products = _product_names(image, result, tables)
    rows = {name: index for index, name in enumerate(tables.instrument_names)}
    move = np.array([rows.get(name, -1) for name in image.names.instruments], np.int32)
    rules, of_all = pool_rules_of(image, result, books, tables)
    morning = morning_of(image, result, tables.instrument_names, rules, of_all, warrants)
    effects += follow(morning, instructions)
    people = people_tables(morning, tables.instruments)
    positions = moved(result.positions, HeldPosition, move, people.code_rows)
    day = result.settings.trading_day
    past = past_settlements(image, result.contracts["settlement_units"], day)
    holdings = len(positions) + len(people.holder_limits)
    tomorrow = DayImage(
        settings=settings_of_day(
            books,
            result.settings.next_trading_day,
            tables.parameters,
            replace(
                image.settings,
                previous_result=result_digest(result).hex(),
                position_capacity=max(image.settings.position_capacity, SPARE * len(positions)),
                holding_capacity=max(image.settings.holding_capacity, SPARE * holdings),
            ),
        ),
        names=names_of(tables, products, people),
        instruments=tables.instruments,
        margins=tables.margins,
        fees=tables.fees,
        phases=tables.phases,
        trading_codes=people.trading_codes,
        members=people.members,
        holder_limits=people.holder_limits,
        positions=positions,
        lots=moved(result.lots, HeldLot, move, people.code_rows),
        contract_states=tables.contract_states,
        pools=people.pools,
        warrants=_of_products(image, warrants, Warrant, products, people),
        unfilled_closes=of_codes(carried(result.unfilled_closes, move), people),
        past_settlements=carried(past, move),
        member_volumes=of_members(carried(member_volumes(result), move), people),
        undelivered=_of_products(image, result.undelivered, Undelivered, products, people),
    )
    return NextMorning(tomorrow, effects)


def pool_rules_of(
    image: DayImage, result: DayResult, books: Books, tomorrow: ContractTables
) -> tuple[list[PoolRules], PoolRules]:
    """Return what each pool was held to at the close, and what one of all venues is held to.

    Before a market's first day no venue traded: those of tomorrow count.
    """
    names, day = image.names, result.settings.trading_day
    products = [names.products[number] for number in image.instruments["product"].tolist()]
    venues = [books.products[name].venue for name in products]
    one = dict(zip(reversed(venues), reversed(names.instruments), strict=True))
    rules = {venue: parameters(books, one[venue], day) for venue in dict.fromkeys(venues)}
    held = rules_of_pools(image, venues, rules, *held_or_traded(image, result.trades))
    first = {row.contract.venue: row for row in tomorrow.parameters}
    return held, PoolRules(venues=tuple((rules or first).values()))


def of_codes(rows: np.ndarray, people: PeopleTables) -> np.ndarray:
    """Return rows of trading codes under their new numbers."""
    rows["trading_code"] = people.code_rows[rows["trading_code"]]
    assert (rows["trading_code"] >= 0).all(), "something of a trading code that ended"
    return rows


def of_members(rows: np.ndarray, people: PeopleTables) -> np.ndarray:
    """Return rows of members under their new numbers; those of members that ended are left out."""
    rows["member"] = people.member_rows[rows["member"]]
    kept: np.ndarray = rows[rows["member"] >= 0]
    return kept


def carried(rows: np.ndarray, move: np.ndarray) -> np.ndarray:
    """Return rows under the new numbers of their instruments; those of expired ones end."""
    result = rows[move[rows["instrument"]] >= 0].copy()
    result["instrument"] = move[result["instrument"]]
    ordered: np.ndarray = result[np.argsort(result["instrument"], kind="stable")]
    return ordered


def _of_products(
    image: DayImage,
    rows: np.ndarray,
    record: type[Record],
    products: Sequence[str],
    people: PeopleTables,
) -> np.ndarray:
    """Return rows under the new numbers of products and codes; those of ended products end."""
    numbers = {name: index for index, name in enumerate(products)}
    move = np.array([numbers.get(name, -1) for name in image.names.products], np.int32)
    kept: np.ndarray = rows[move[rows["product"]] >= 0]
    kept["product"] = move[kept["product"]]
    return in_key_order(of_codes(kept, people), record)


def _product_names(image: DayImage, result: DayResult, tables: ContractTables) -> list[str]:
    """Return the products of tomorrow: those that trade, and those that are still delivered."""
    delivered = [image.names.products[row] for row in result.undelivered["product"].tolist()]
    return list(dict.fromkeys([*tables.product_names, *delivered]))


def moved(
    rows: np.ndarray, record: type[Record], move: np.ndarray, codes: np.ndarray
) -> np.ndarray:
    """Return rows under the new numbers of instruments and trading codes, in key order."""
    result = rows.copy()
    result["instrument"] = move[rows["instrument"]]
    result["trading_code"] = codes[rows["trading_code"]]
    gone = (result["instrument"] < 0) | (result["trading_code"] < 0)
    assert not gone.any(), "a position in a contract or of a code that is gone"
    return in_key_order(result, record)


def names_of(tables: ContractTables, products: list[str], people: PeopleTables) -> Names:
    """Return the names of tomorrow's rows."""
    return Names(
        instruments=tables.instrument_names,
        products=products,
        phase_groups=tables.phase_group_names,
        trading_codes=people.code_names,
        members=people.member_names,
        holders=people.holder_names,
    )


def contracts_of_tomorrow(
    image: DayImage, result: DayResult, books: Books, products: Products
) -> list[ListedContract]:
    """Return the contracts that trade tomorrow, by product and month, with last evening's state."""
    day = result.settings.next_trading_day
    rows: dict[tuple[str, int], ListedContract] = {}
    for index, (name, row) in enumerate(
        zip(image.names.instruments, result.contracts, strict=True)
    ):
        if not row["expired"]:
            found = contract(books, name)
            if found.product in products.products:
                rows[found.product, found.month] = _carried(image, index, name, row)
    for found in listed_contracts(books, day, products.products):
        if found.listed == day or found.product in products.new:
            units = _benchmark(found, products, rows)
            rows[found.product, found.month] = ListedContract(
                code=found.code, settlement_units=units, has_traded=False
            )
    new = {row.code for row in rows.values() if not row.has_traded}
    unknown = set(products.priced) - new
    if unknown:
        raise InputFault(f"listing price of {min(unknown)}: it is not listed on {day}")
    return [with_rights(products, key[0], rows[key]) for key in sorted(rows)]


def _carried(image: DayImage, index: int, name: str, row: np.void) -> ListedContract:
    """Return a contract that goes on."""
    right = Right(int(image.instruments["right"][index]))
    if row["halted"]:
        right = Right.FORBIDDEN
    elif right == Right.FORBIDDEN:
        right = Right.ALLOW
    traded = not image.instruments["first_day"][index] or row["volume_lots"] > 0
    return ListedContract(
        code=name,
        settlement_units=int(row["settlement_units"]),
        open_interest_lots=int(row["open_interest_lots"]),
        limit_ppb=int(row["limit_ppb"]),
        general_ppb=int(row["general_ppb"]),
        hedge_ppb=int(row["hedge_ppb"]),
        first_limit_ppb=int(row["first_limit_ppb"]),
        lock_day=int(row["lock_day"]),
        lock_side=int(row["lock_side"]),
        has_traded=bool(traded),
        right=right,
    )


def _benchmark(
    found: Contract, products: Products, rows: dict[tuple[str, int], ListedContract]
) -> int:
    """Return the listing price of a new contract: decided, or that of the month before it."""
    if found.code in products.priced:
        return listing_units(products, products.priced[found.code], found)
    earlier = [key for key in rows if key[0] == found.product and key[1] < found.month]
    if earlier:
        return rows[max(earlier)].settlement_units
    if found.product in products.new:
        return listing_units(products, products.new[found.product], found)
    raise InputFault(
        f"{found.code} is listed without a benchmark price; give one by an instruction"
    )
