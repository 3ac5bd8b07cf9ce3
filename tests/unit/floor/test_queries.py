"""Queries pick rows of the core's tables for trading codes, one in a turn of the loop."""

import asyncio
from types import SimpleNamespace
from typing import Any

import msgspec
import numpy as np
import pytest

from huiguan.exchange.messages import Right, Scope, SetHalt, SetKillSwitch, SetRight, encode
from huiguan.exchange.trading.state.rows import ACCOUNT, ORDER, POSITION
from huiguan.floor.hall.queries import Queries, RowsFound, SwitchesNow
from huiguan.foundation.faults import InputFault
from tests.property.test_feed import Market


def asked(market: Market) -> Queries:
    """Return queries about a market without a hall around it."""
    running = SimpleNamespace(core=market.core, image=market.image, trading_day=20260821)
    return Queries(SimpleNamespace(node=SimpleNamespace(market=running)))  # type: ignore[arg-type]


def found(queries: Queries, what: str, codes: list[int]) -> RowsFound:
    answer: Any = asyncio.run(queries.requests()[what]({"codes": codes}))  # type: ignore[arg-type]
    return msgspec.json.decode(answer, type=RowsFound)


@pytest.fixture(scope="module")
def market() -> Market:
    """Return a market with orders, positions and rows that were used and left."""
    found = Market(11)
    for _ in range(600):
        found.frame()
    assert found.core.state.core["live_orders"][0] > 3
    assert found.core.state.core["positions"][0] > 3
    return found


def test_orders_are_those_of_the_codes_in_the_order_they_came(market: Market) -> None:
    state, codes = market.core.state, [0, 2, 3]
    mine = sorted(
        int(row["order_id"])
        for row in state.orders
        if row["order_id"] != 0 and row["trading_code"] in codes
    )
    answer = found(asked(market), "read orders", codes)
    assert np.frombuffer(answer.rows, ORDER)["order_id"].tolist() == mine
    assert answer.sequence == market.core.next_sequence - 1
    every = found(asked(market), "read orders", list(range(len(state.accounts))))
    assert len(every.rows) == ORDER.itemsize * int(state.core["live_orders"][0])
    assert found(asked(market), "read orders", []).rows == b""


def test_positions_and_accounts_are_those_of_the_codes(market: Market) -> None:
    state, codes = market.core.state, [1, 4]
    rows = np.frombuffer(found(asked(market), "read positions", codes).rows, POSITION)
    per_code = len(market.image.instruments) * 4  # hedge flags
    owners = (rows["key"] - 1) // per_code
    assert set(owners.tolist()) <= set(codes)
    every = state.positions["key"][state.positions["key"] != 0]
    assert len(rows) == sum((key - 1) // per_code in codes for key in every.tolist())
    accounts = np.frombuffer(found(asked(market), "read accounts", codes).rows, ACCOUNT)
    assert accounts["deposit_fen"].tolist() == state.accounts["deposit_fen"][codes].tolist()


def test_positions_that_appear_between_two_questions_are_answered() -> None:
    market, codes = Market(12), [0, 2, 5]
    queries, counts = asked(market), []
    per_code = len(market.image.instruments) * 4  # hedge flags
    for _ in range(12):
        for _ in range(20):
            market.frame()
        state = market.core.state
        keys = sorted(key for key in state.positions["key"].tolist() if key)
        rows = np.frombuffer(found(queries, "read positions", codes).rows, POSITION)
        assert rows["key"].tolist() == [key for key in keys if (key - 1) // per_code in codes]
        counts.append(len(keys))
    assert len(set(counts)) > 3, "positions appeared while it was asked"
    other = Market(13)  # another day behind the same doors
    other.frame()
    queries._hall.node.market.core = other.core
    every = found(queries, "read positions", list(range(6)))
    assert len(every.rows) == POSITION.itemsize * int(other.core.state.core["positions"][0])


@pytest.mark.parametrize("code", [-1, 6, 10**9])
def test_a_code_that_the_day_does_not_have_is_refused(market: Market, code: int) -> None:
    assert len(market.image.trading_codes) == 6
    with pytest.raises(InputFault, match="this day does not have"):
        found(asked(market), "read orders", [code])


def test_many_questions_are_answered_one_in_a_turn(market: Market) -> None:
    """A hundred at once: between two of them the loop turns, so that a frame can land."""
    queries = asked(market)
    ask: Any = queries.requests()["read orders"]

    async def all_at_once() -> int:
        turns = 0
        done = asyncio.Event()

        async def count() -> None:
            nonlocal turns
            while not done.is_set():
                turns += 1
                await asyncio.sleep(0)

        counting = asyncio.create_task(count())
        await asyncio.gather(*(ask({"codes": [0]}) for _ in range(100)))
        done.set()
        await counting
        return turns

    turns = asyncio.run(all_at_once())
    assert (queries.answered, queries.most_in_a_turn) == (100, 1)
    assert turns >= 100


def test_too_many_questions_are_refused(market: Market) -> None:
    ask: Any = asked(market).requests()["read orders"]

    async def flood() -> list[Any]:
        return await asyncio.gather(
            *(ask({"codes": [0]}) for _ in range(300)), return_exceptions=True
        )

    answers = asyncio.run(flood())
    refused = [one for one in answers if isinstance(one, InputFault)]
    assert len(refused) == 300 - 256


def test_switches_say_what_is_stopped_by_name(market: Market) -> None:
    """Each switch is set by its command; codes that are asked for by name are the ones told."""
    names = market.image.names
    for command in (
        SetHalt(target=0, scope=Scope.INSTRUMENT, engaged=1),
        SetKillSwitch(target=1, scope=Scope.MEMBER, engaged=1),
        SetKillSwitch(target=2, scope=Scope.TRADING_CODE, engaged=1),
        SetRight(target=3, scope=Scope.TRADING_CODE, right=Right.CLOSE_ONLY),
        SetRight(target=1, scope=Scope.INSTRUMENT, right=Right.FORBIDDEN),
    ):
        market.core.run_frame(market.core.time_ns, encode(command))

    def told(given: dict[str, Any]) -> SwitchesNow:
        answer: Any = asyncio.run(asked(market).requests()["read switches"](given))  # type: ignore[arg-type]
        return msgspec.json.decode(answer, type=SwitchesNow)

    found = told({})
    assert found.halted == [names.instruments[0]]
    assert found.contract_rights == {names.instruments[1]: "forbidden"}
    assert found.killed_members == [names.members[1]]
    assert found.killed_codes == [names.trading_codes[2]]
    assert found.code_rights == {names.trading_codes[3]: "close only"}
    other = told({"codes": [names.trading_codes[0], "999999999999"]})
    assert (other.killed_codes, other.code_rights) == ([], {})
