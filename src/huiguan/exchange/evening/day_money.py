"""Money of all trading codes and pools: profit, margin, order fees, clearing deposits."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from huiguan.exchange.amounts import larger_sides, side_margin
from huiguan.exchange.clearing.deposit import at_deadline, clearing_deposit, margin_call
from huiguan.exchange.clearing.fees import (
    MessageCount,
    OrderFeeTier,
    order_fees_by_code,
    risk_reserve_share,
)
from huiguan.exchange.day.image import DayImage
from huiguan.exchange.day.result import OrderFeeRow, PoolResult
from huiguan.exchange.evening.day_positions import LONG, SHORT, Holdings, codes_of, split_of
from huiguan.exchange.evening.rules_of_day import (
    DayRules,
    PoolRules,
    decimal_rate,
    order_fee_tiers,
)
from huiguan.exchange.events import DayEvents
from huiguan.exchange.messages import CancelReason, Hedge, Scope, TransferStage
from huiguan.exchange.rules.parameters import ContractParameters
from huiguan.foundation.columns import sums, times_rate_half_up
from huiguan.foundation.faults import CheckFault
from huiguan.foundation.readers.signatures import unchecked
from huiguan.foundation.records import blank_rows

PAID_CANCELS = (CancelReason.OWNER, CancelReason.MASS_CANCEL, CancelReason.TIME_IN_FORCE)


def mark(image: DayImage, found: Holdings, settlement_ticks: np.ndarray) -> np.ndarray:
    """Return the mark-to-market profit in fen of every trading code, by date (4.3).

    History lots count from the previous settlement, today's from their opening price.
    """
    before = image.instruments["previous_settlement_ticks"].astype(np.int64)
    net = found.history[LONG] - found.history[SHORT]
    today = found.today[LONG] - found.today[SHORT]
    cost = found.today_cost[LONG] - found.today_cost[SHORT]
    instrument, _ = split_of(image, found.key)
    profit = (settlement_ticks - before)[instrument] * net
    profit += settlement_ticks[instrument] * today
    profit -= cost
    profit *= image.instruments["tick_value_fen"][instrument]
    return sums(codes_of(image, found.key), profit, len(image.trading_codes))


def total_profit(image: DayImage, trades: np.ndarray, settlement_ticks: np.ndarray) -> np.ndarray:
    """Return the profit in fen of every trading code by the total formula of 4.3.

    Every trade and every carried lot to settlement; nothing of the split is used, so that the two
    prove each other.
    """
    codes = len(image.trading_codes)
    instrument = trades["instrument"]
    value = image.instruments["tick_value_fen"]
    gain = (settlement_ticks[instrument] - trades["price_ticks"]) * trades["lots"]
    gain = gain * value[instrument]
    result: np.ndarray = sums(trades["buy_code"], gain, codes)
    result -= sums(trades["sell_code"], gain, codes)
    rows = image.positions
    instrument = rows["instrument"]
    move = settlement_ticks - image.instruments["previous_settlement_ticks"]
    net = rows["long_lots"].astype(np.int64) - rows["short_lots"]
    result += sums(rows["trading_code"], move[instrument] * net * value[instrument], codes)
    return result


class Margins(NamedTuple):
    """Margin in fen per trading code of what goes on; per position of what expired today."""

    margin_fen: np.ndarray
    expired_fen: np.ndarray


def margins(
    image: DayImage,
    found: Holdings,
    settlement_ticks: np.ndarray,
    contracts: np.ndarray,
    warrant_lots: np.ndarray | None = None,
) -> Margins:
    """Return the margin of every trading code at settlement prices and the rates given (4.4).

    Each side of a position is rounded half up; of each product only the larger side is charged,
    but for contracts outside the relief. ``warrant_lots`` (per position) free shorts.
    """
    instrument, hedge = split_of(image, found.key)
    codes = codes_of(image, found.key)
    rates = contracts[["general_ppb", "hedge_ppb"]][instrument]
    rate = np.where(hedge == Hedge.HEDGE, rates["hedge_ppb"], rates["general_ppb"])
    value = settlement_ticks[instrument] * image.instruments["tick_value_fen"][instrument]
    longs, shorts = found.held
    if warrant_lots is not None:
        shorts = np.maximum(0, shorts - warrant_lots)
    long_fen, short_fen = side_margin(longs * value, rate), side_margin(shorts * value, rate)
    expired = contracts["expired"][instrument] == 1
    relief = contracts["relief"][instrument] == 1
    count = len(image.trading_codes)
    products = int(image.instruments["product"].max()) + 1
    cell = codes * products + image.instruments["product"][instrument]
    size = count * products
    larger = larger_sides(
        sums(cell[relief], long_fen[relief], size), sums(cell[relief], short_fen[relief], size)
    )
    total = larger.reshape(count, products).sum(axis=1)
    both = long_fen + short_fen
    plain = ~relief & ~expired
    total += sums(codes[plain], both[plain], count)
    return Margins(margin_fen=total, expired_fen=np.where(expired, both, 0))


def cash_fee_rates(rules: DayRules, contracts: np.ndarray) -> np.ndarray:
    """Return the fee rate of each contract on what is settled in cash today; else zero (6.5)."""
    rates = np.array(
        [
            row.today.delivery_fee.rate_ppb if row.today.delivery.method == "cash" else 0
            for row in rules.contracts
        ]
    )
    return np.where(contracts["expired"] == 1, rates, 0)


def delivery_fees(
    image: DayImage, found: Holdings, rates: np.ndarray, settlement_ticks: np.ndarray
) -> np.ndarray:
    """Return the fee in fen of every trading code on positions settled in cash today (6.5).

    Each side of a position pays the rate on its value, half up. Fees on goods belong to delivery.
    """
    instrument, _ = split_of(image, found.key)
    rows = np.flatnonzero(rates[instrument])
    instrument = instrument[rows]
    value = settlement_ticks[instrument] * image.instruments["tick_value_fen"][instrument]
    fees = sum(
        (times_rate_half_up(held[rows] * value, rates[instrument]) for held in found.held),
        np.zeros(len(rows), np.int64),
    )
    return sums(codes_of(image, found.key[rows]), fees, len(image.trading_codes))


def order_fees(image: DayImage, events: DayEvents, rules: DayRules) -> np.ndarray:
    """Return the order fees of the day, one row per trading code and contract that pays (8.5).

    Messages are entries and cancels (by the owner, a mass cancel, or the unfilled rest of a FAK or
    FOK), merged over the codes of a holder and shared among them by messages.
    """
    count = len(image.instruments)
    holders = image.trading_codes["holder"].astype(np.int64)
    entered, cancelled = events.entered, events.cancelled
    paid = cancelled[np.isin(cancelled["reason"], PAID_CANCELS)]
    codes = np.concatenate([entered["trading_code"], paid["trading_code"]]).astype(np.int64)
    cells = codes * count + np.concatenate([entered["instrument"], paid["instrument"]])
    keys, messages = np.unique(cells, return_counts=True)
    code, instrument = np.divmod(keys, count)
    group, where = np.unique(holders[code] * count + instrument, return_inverse=True)
    merged = sums(where, messages, len(group))
    rows = []
    for number in np.flatnonzero(merged > least_paid(rules)):
        contract = int(group[number] % count)
        row_of_fee = rules.contracts[contract].today.order_fee
        tiers, ratio = order_fee_tiers(row_of_fee), row_of_fee.ratio
        own = np.flatnonzero(where == number)
        counts = [
            MessageCount(
                holder=str(number),
                member="",
                trading_code=f"{code[row]:012d}",
                instrument="",
                messages=int(messages[row]),
                executed_orders=executed_orders(events, int(code[row]), contract),
            )
            for row in own
        ]
        fees = unchecked(order_fees_by_code)(counts, tiers, ratio)
        for count_row, fee in zip(counts, fees.values(), strict=True):
            if fee:
                done = (count_row.messages, count_row.executed_orders, fee)
                rows.append((*done, int(count_row.trading_code), contract))
    table = blank_rows(OrderFeeRow, len(rows))
    for index, row in enumerate(sorted(rows, key=lambda row: (row[3], row[4]))):
        table[index] = row
    return table


def least_paid(rules: DayRules) -> int:
    """Return the number of messages up to which no contract costs anything."""
    paid: list[OrderFeeTier] = [
        tier
        for row in rules.contracts
        for tier in order_fee_tiers(row.today.order_fee)
        if tier.high_fen or tier.low_fen
    ]
    return min((tier.above for tier in paid), default=np.iinfo(np.int64).max)


def executed_orders(events: DayEvents, code: int, instrument: int) -> int:
    """Return how many orders of a trading code in a contract had any execution."""
    rows = events.trades["instrument"] == instrument
    found = [
        events.trade_orders[f"{side}_order_id"][rows & (events.trades[f"{side}_code"] == code)]
        for side in ("buy", "sell")
    ]
    return len(np.unique(np.concatenate(found)))


def reserve_share(rules: DayRules, income_fen: int, fees_of: Callable[[np.ndarray], int]) -> int:
    """Return the part in fen of the day's fees that goes to the risk reserve (7).

    ``income_fen`` are all fees, ``fees_of`` gives those of the contracts marked. Contracts of one
    share are rounded together, so that a venue's income is rounded once.
    """
    shares = np.array([row.today.risk_reserve.share_ppb for row in rules.contracts])
    total, left = 0, income_fen
    for share in np.unique(shares[shares != shares[0]]):
        income = fees_of(shares == share)
        left -= income
        total += risk_reserve_share(income, decimal_rate(share))
    return total + risk_reserve_share(left, decimal_rate(shares[0]))


class Transfers(NamedTuple):
    """Deposits and withdrawals of the day, in fen."""

    code_deposits: np.ndarray
    code_withdrawals: np.ndarray
    pool_deposits: np.ndarray
    pool_withdrawals: np.ndarray


def transfers(image: DayImage, events: DayEvents) -> Transfers:
    """Return what moved between ledger and core: credited deposits, confirmed withdrawals.

    A member's transfer goes to its clients' pool where it has one, else to its own.
    """
    rows = events.transfers
    rows = rows[np.isin(rows["stage"], (TransferStage.CREDITED, TransferStage.CONFIRMED))]
    by_code = rows["scope"] == Scope.TRADING_CODE
    credited = rows["stage"] == TransferStage.CREDITED
    pools = member_pool(image)
    parts = []
    for chosen, targets, size in (
        (by_code, rows["target"], len(image.trading_codes)),
        (
            rows["scope"] == Scope.MEMBER,
            pools[rows["target"] % max(1, len(pools))],
            len(image.pools),
        ),
    ):
        for stage in (credited, ~credited):
            where = chosen & stage
            parts.append(sums(targets[where], rows["amount_fen"][where], size))
    return Transfers(*parts)


def member_pool(image: DayImage) -> np.ndarray:
    """Return the pool of each member that a member's own transfers go to."""
    result = np.zeros(max(1, len(image.members)), np.int64)
    for index, pool in reversed(list(enumerate(image.pools))):
        if (
            not pool["house"]
            or not ((image.pools["member"] == pool["member"]) & (image.pools["house"] == 0)).any()
        ):
            result[pool["member"]] = index
    return result


def pool_of_code(image: DayImage) -> np.ndarray:
    """Return the pool each trading code is cleared in: its member's own, or its clients'."""
    found = {(int(row["member"]), int(row["house"])): i for i, row in enumerate(image.pools)}
    owners = image.trading_codes["member"].astype(np.int64) * 2 + image.trading_codes["house"]
    kinds, where = np.unique(owners, return_inverse=True)
    pools = []
    for kind in kinds:
        member, house = divmod(int(kind), 2)
        if (member, house) not in found:
            raise CheckFault(
                f"member {image.names.members[member]} has trading codes but no pool of money for"
                f" them (house {house}); add the pool to the image"
            )
        pools.append(found[member, house])
    result: np.ndarray = np.array(pools, np.int64)[where]
    return result


def rules_of_pools(
    image: DayImage,
    venues: Sequence[str],
    rules: Mapping[str, ContractParameters],
    codes: np.ndarray,
    instruments: np.ndarray,
) -> list[PoolRules]:
    """Return what each pool is held to: by the venues of what its codes held or traded.

    ``venues`` are those of the instruments, ``rules`` holds one contract of each; a trading code
    and an instrument a row of what was held in the morning or traded. A pool without any is held
    to the rules of all venues of the day.
    """
    known = list(dict.fromkeys(venues))
    venue = np.array([known.index(name) for name in venues], np.int64)
    serves = np.zeros((len(image.pools), len(known)), bool)
    serves[pool_of_code(image)[codes], venue[instruments]] = True
    serves[~serves.any(axis=1)] = True
    return [
        PoolRules(venues=tuple(rules[known[place]] for place in np.flatnonzero(row)))
        for row in serves
    ]


def held_or_traded(image: DayImage, trades: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return trading code and instrument of every position of the morning and side of a trade."""
    rows = image.positions
    codes = (rows["trading_code"], trades["buy_code"], trades["sell_code"])
    instruments = (rows["instrument"], trades["instrument"], trades["instrument"])
    return np.concatenate(codes), np.concatenate(instruments)


def clear_pools(
    image: DayImage, rules: Sequence[PoolRules], accounts: np.ndarray, moved: Transfers
) -> np.ndarray:
    """Return the clearing deposit of every pool: balance, minimum, call, outcome (4.5, 4.7)."""
    table = blank_rows(PoolResult, len(image.pools))
    where = pool_of_code(image)

    def total(name: str) -> np.ndarray:
        return sums(where, accounts[name], len(table))

    profit = total("close_profit_fen") + total("mark_profit_fen")
    margin = total("margin_fen") + total("delivery_margin_fen")
    fees = total("fees_fen") + total("delivery_fees_fen")
    order = total("order_fees_fen")
    for index, pool in enumerate(image.pools):
        row = table[index]
        paid_in, paid_out = int(moved.pool_deposits[index]), int(moved.pool_withdrawals[index])
        cash = int(pool["cash_fen"]) + paid_in - paid_out
        cash += int(profit[index]) - int(fees[index]) - int(order[index])
        usable = rules[index].usable_fen(int(pool["collateral_fen"]), cash, int(margin[index]))
        minimum = rules[index].minimum_fen(futures_firm=bool(pool["futures_firm"]))
        previous = int(pool["cash_fen"]) - int(pool["margin_fen"]) + int(pool["usable_fen"])
        balance = unchecked(clearing_deposit)(
            previous_balance_fen=previous,
            previous_margin_fen=int(pool["margin_fen"]),
            margin_fen=int(margin[index]),
            collateral_fen=usable,
            previous_collateral_fen=int(pool["usable_fen"]),
            profit_fen=int(profit[index]),
            deposits_fen=paid_in,
            withdrawals_fen=paid_out,
            fees_fen=int(fees[index]) + int(order[index]),
        )
        assert balance == cash - int(margin[index]) + usable
        row["previous_cash_fen"], row["deposits_fen"] = pool["cash_fen"], paid_in
        row["withdrawals_fen"], row["profit_fen"] = paid_out, profit[index]
        row["fees_fen"], row["order_fees_fen"] = fees[index], order[index]
        row["cash_fen"], row["margin_fen"] = cash, margin[index]
        row["previous_margin_fen"] = pool["margin_fen"]
        row["previous_usable_fen"], row["usable_fen"] = pool["usable_fen"], usable
        row["collateral_fen"], row["balance_fen"] = pool["collateral_fen"], balance
        row["minimum_fen"], row["call_fen"] = minimum, unchecked(margin_call)(balance, minimum)
        row["member"], row["house"] = pool["member"], pool["house"]
        row["outcome"] = unchecked(at_deadline)(balance, minimum)
    return table
