"""The image of the next morning: DayResult N plus approved instructions, and nothing else.

``reconcile`` makes it again and names every difference, so that no edit slips into tomorrow unseen.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple

import numpy as np
from msgspec.structs import replace

from huiguan.exchange.clearing.collateral import usable_collateral
from huiguan.exchange.clearing.deposit import DeadlineOutcome, at_deadline
from huiguan.exchange.day.contract_tables import (
    ContractTables,
    ListedContract,
    contract_tables,
    units_of,
)
from huiguan.exchange.day.image import DayImage, HeldLot, HeldPosition, HolderLimit, Names, Warrant
from huiguan.exchange.day.instructions import (
    AnyInstruction,
    MoveClientMoney,
    MoveMemberMoney,
    SetCollateral,
    SetListingPrice,
    SetTradingRight,
    check_instructions,
    index_of,
)
from huiguan.exchange.day.result import DayResult, result_digest
from huiguan.exchange.evening.carried import lodged_warrants, member_volumes, past_settlements
from huiguan.exchange.evening.day_money import pool_of_code
from huiguan.exchange.evening.rules_of_day import decimal_rate
from huiguan.exchange.messages import Right
from huiguan.exchange.rules.instruments import Contract, contract, listed_contracts
from huiguan.exchange.rules.parameters import parameters
from huiguan.exchange.rules.rows import Books
from huiguan.foundation.columns import sums
from huiguan.foundation.faults import InputFault
from huiguan.foundation.records import Record
from huiguan.foundation.tables import in_key_order, tables_of

SPARE = 2  # capacities are at least so many times what the morning holds


def next_image(
    image: DayImage, result: DayResult, books: Books, instructions: Sequence[AnyInstruction] = ()
) -> DayImage:
    """Return the image of the next trading day.

    Contracts that expired are gone, new ones are listed at their benchmark price (or the price of
    the month before them, where no instruction gives one); money, positions and lots are those of
    the result; margin calls that were not answered leave close only.
    """
    check_instructions(instructions)
    listed = contracts_of_tomorrow(image, result, books, instructions)
    tables = contract_tables(books, result.settings.next_trading_day, listed)
    rows = {name: index for index, name in enumerate(tables.instrument_names)}
    move = np.array([rows.get(name, -1) for name in image.names.instruments], np.int32)
    pools, outcomes = pools_of_tomorrow(image, result, books, instructions)
    members = image.members.copy()
    money = pools["cash_fen"] + pools["usable_fen"]
    members["deposit_fen"] = sums(pools["member"], money, len(members))
    limits = image.holder_limits[move[image.holder_limits["instrument"]] >= 0].copy()
    limits["instrument"] = move[limits["instrument"]]
    positions = moved(result.positions, HeldPosition, move)
    day = result.settings.trading_day
    past = past_settlements(image, result.contracts["settlement_units"], day)
    return DayImage(
        settings=replace(
            image.settings,
            trading_day=result.settings.next_trading_day,
            previous_result=result_digest(result).hex(),
            rulebook_digest=books.digest,
            position_capacity=max(image.settings.position_capacity, SPARE * len(positions)),
            holding_capacity=max(
                image.settings.holding_capacity, SPARE * (len(positions) + len(limits))
            ),
        ),
        names=names_of(image.names, tables),
        instruments=tables.instruments,
        margins=tables.margins,
        fees=tables.fees,
        phases=tables.phases,
        trading_codes=codes_of_tomorrow(image, result, outcomes, instructions),
        members=members,
        holder_limits=in_key_order(limits, HolderLimit),
        positions=positions,
        lots=moved(result.lots, HeldLot, move),
        contract_states=tables.contract_states,
        pools=pools,
        warrants=_warrants(image, instructions, tables.product_names),
        unfilled_closes=carried(result.unfilled_closes, move),
        past_settlements=carried(past, move),
        member_volumes=carried(member_volumes(result), move),
    )


def carried(rows: np.ndarray, move: np.ndarray) -> np.ndarray:
    """Return rows under the new numbers of their instruments; those of expired ones end."""
    result = rows[move[rows["instrument"]] >= 0].copy()
    result["instrument"] = move[result["instrument"]]
    ordered: np.ndarray = result[np.argsort(result["instrument"], kind="stable")]
    return ordered


def _warrants(
    image: DayImage, instructions: Sequence[AnyInstruction], products: Sequence[str]
) -> np.ndarray:
    """Return the warrants lodged for the morning, under the new numbers of their products."""
    rows = lodged_warrants(image, instructions)
    numbers = {name: index for index, name in enumerate(products)}
    move = np.array([numbers.get(name, -1) for name in image.names.products], np.int32)
    kept: np.ndarray = rows[move[rows["product"]] >= 0]
    kept["product"] = move[kept["product"]]
    return in_key_order(kept, Warrant)


def moved(rows: np.ndarray, record: type[Record], move: np.ndarray) -> np.ndarray:
    """Return rows under the new numbers of their instruments, in the order of their keys."""
    result = rows.copy()
    result["instrument"] = move[rows["instrument"]]
    assert (result["instrument"] >= 0).all(), "a position in a contract that is gone"
    return in_key_order(result, record)


def names_of(names: Names, tables: ContractTables) -> Names:
    """Return the names of tomorrow's rows."""
    return replace(
        names,
        instruments=tables.instrument_names,
        products=tables.product_names,
        phase_groups=tables.phase_group_names,
    )


def contracts_of_tomorrow(
    image: DayImage, result: DayResult, books: Books, instructions: Sequence[AnyInstruction]
) -> list[ListedContract]:
    """Return the contracts that trade tomorrow, by product and month, with last evening's state."""
    day = result.settings.next_trading_day
    prices = {r.instrument: r.price for r in instructions if isinstance(r, SetListingPrice)}
    rows: dict[tuple[str, int], ListedContract] = {}
    for index, (name, row) in enumerate(
        zip(image.names.instruments, result.contracts, strict=True)
    ):
        if not row["expired"]:
            found = contract(books, name)
            rows[found.product, found.month] = _carried(image, index, name, row)
    for found in listed_contracts(books, day, image.names.products):
        if found.listed == day:
            units = _benchmark(books, found, prices, rows)
            rows[found.product, found.month] = ListedContract(
                code=found.code, settlement_units=units, has_traded=False
            )
    unknown = set(prices) - {row.code for row in rows.values() if not row.has_traded}
    if unknown:
        raise InputFault(f"listing price of {min(unknown)}: it is not listed on {day}")
    return [rows[key] for key in sorted(rows)]


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
    books: Books,
    found: Contract,
    prices: dict[str, Decimal],
    rows: dict[tuple[str, int], ListedContract],
) -> int:
    """Return the listing price of a new contract: decided, or that of the month before it."""
    decimals = books.products[found.product].price_decimals
    if found.code in prices:
        return units_of(prices[found.code], decimals)
    earlier = [key for key in rows if key[0] == found.product and key[1] < found.month]
    if not earlier:
        raise InputFault(
            f"{found.code} is listed without a benchmark price; give one by an instruction"
        )
    return rows[max(earlier)].settlement_units


class PoolMoney(NamedTuple):
    """What instructions after the close change of a pool."""

    money_fen: int
    collateral_fen: int


def instructed(
    image: DayImage, pool: int, collateral_fen: int, instructions: Iterable[AnyInstruction]
) -> PoolMoney:
    """Return the money paid in for a pool after the close, and what it has lodged then."""
    row = image.pools[pool]
    name, house = image.names.members[row["member"]], bool(row["house"])
    money = 0
    for order in instructions:
        if isinstance(order, MoveMemberMoney) and (order.member, order.house) == (name, house):
            money += order.amount_fen
        if isinstance(order, SetCollateral) and (order.member, order.house) == (name, house):
            collateral_fen = order.value_fen
    return PoolMoney(money, collateral_fen)


def pools_of_tomorrow(
    image: DayImage, result: DayResult, books: Books, instructions: Sequence[AnyInstruction]
) -> tuple[np.ndarray, list[DeadlineOutcome]]:
    """Return the pools of the morning, and what the deadline means for each."""
    known = {(image.names.members[r["member"]], bool(r["house"])) for r in image.pools}
    for order in instructions:
        if isinstance(order, (MoveMemberMoney, SetCollateral)) and (
            (order.member, order.house) not in known
        ):
            raise InputFault(f"{order.reference}: member {order.member!r} has no such pool")
    day = result.settings.trading_day
    rule = parameters(books, image.names.instruments[0], day).collateral
    share = decimal_rate(rule.value_share_ppb)
    pools, outcomes = image.pools.copy(), []
    for index, row in enumerate(result.pools):
        change = instructed(image, index, int(row["collateral_fen"]), instructions)
        cash, margin = int(row["cash_fen"]) + change.money_fen, int(row["margin_fen"])
        usable = min(
            usable_collateral(change.collateral_fen, cash, share, rule.cash_multiple), margin
        )
        pools[index]["cash_fen"], pools[index]["margin_fen"] = cash, margin
        pools[index]["collateral_fen"] = change.collateral_fen
        pools[index]["usable_fen"] = usable
        outcomes.append(at_deadline(cash - margin + usable, int(row["minimum_fen"])))
    return pools, outcomes


def codes_of_tomorrow(
    image: DayImage,
    result: DayResult,
    outcomes: Sequence[DeadlineOutcome],
    instructions: Sequence[AnyInstruction],
) -> np.ndarray:
    """Return the trading codes of the morning: equity, money paid in, rights."""
    codes = image.trading_codes.copy()
    codes["deposit_fen"] = result.accounts["balance_fen"]
    names = {name: index for index, name in enumerate(image.names.trading_codes)}
    for order in instructions:
        if isinstance(order, MoveClientMoney):
            row = names.get(order.trading_code)
            if row is None:
                row = index_of(names, order.trading_code, "trading code")
            codes["deposit_fen"][row] += order.amount_fen
        if isinstance(order, SetTradingRight):
            codes["own_right"][index_of(names, order.trading_code, "trading code")] = order.right
    called = np.array([outcome != DeadlineOutcome.NONE for outcome in outcomes], bool)
    least = np.where(called[pool_of_code(image)], Right.CLOSE_ONLY, Right.ALLOW)
    codes["right"] = np.maximum(codes["own_right"], least)
    return codes


def reconcile(
    image: DayImage,
    result: DayResult,
    books: Books,
    instructions: Sequence[AnyInstruction],
    tomorrow: DayImage,
) -> list[str]:
    """Return every difference of tomorrow's image from result plus instructions."""
    expected = next_image(image, result, books, instructions)
    found = []
    for part in ("settings", "names"):
        if getattr(expected, part) != getattr(tomorrow, part):
            found += _struct_differences(part, getattr(expected, part), getattr(tomorrow, part))
    for table in tables_of(DayImage):
        found += _table_differences(table, getattr(expected, table), getattr(tomorrow, table))
    return found


def _struct_differences(part: str, expected: object, actual: object) -> list[str]:
    """Return the fields of settings or names that differ."""
    names = expected.__struct_fields__  # type: ignore[attr-defined]
    return [
        f"{part}.{name}: {getattr(actual, name)!r}, expected {getattr(expected, name)!r}"
        for name in names
        if getattr(actual, name) != getattr(expected, name)
    ]


def _table_differences(table: str, expected: np.ndarray, actual: np.ndarray) -> list[str]:
    """Return the rows and fields of a table that differ; at most ten, and how many more."""
    if len(expected) != len(actual):
        return [f"{table}: {len(actual)} rows, expected {len(expected)}"]
    found = []
    for name in expected.dtype.names or ():
        for row in np.flatnonzero(expected[name] != actual[name]):
            value, wanted = actual[name][row], expected[name][row]
            found.append(f"{table}[{row}].{name}: {value}, expected {wanted}")
    return found if len(found) <= 10 else [*found[:10], f"{table}: {len(found) - 10} more"]
