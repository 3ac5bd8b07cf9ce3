"""The Python client against a running hall: its README as written, a broken line, both kinds."""

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest
from huiguan_client import AsyncClient, Cancelled, Client, HuiguanError, Order, Refused, Trade
from huiguan_client.messages import Refusal
from huiguan_client.session import Session

from huiguan.floor.hall.serve import DOORS_NAME
from tests.halls import RunningHall, running_hall
from tests.live.json_door.conftest import OTHER, trading

CONTRACT = "cu2610"
CLIENT = Path(__file__).parents[2] / "clients/python"
WAIT = 60.0

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHall]:
    with running_hall(tmp_path_factory.mktemp("hall")) as found:
        found.other = found.make_key("other", member="0002", codes=[OTHER])
        found.open()
        trading(found)
        yield found


def next_of(client: Client, kind: type[Trade | Cancelled]) -> Trade | Cancelled:
    """Return what happens next of one kind; what is told again, of other tests, is passed over."""
    while not isinstance(found := client.next(WAIT), kind) or found.repeated:
        pass
    return found


def test_the_example_of_the_readme_is_filled(hall: RunningHall) -> None:
    example, *_ = re.findall(r"```python\n(.*?)```", (CLIENT / "README.md").read_text(), re.DOTALL)
    with Client(hall.url, hall.other) as other:
        price = other.contracts[CONTRACT].previous_settlement
        asked = other.enter(CONTRACT, "sell", price, 2)
        found = subprocess.run(
            [sys.executable, "-c", example],
            env=os.environ
            | {
                "HUIGUAN_URL": hall.url,
                "HUIGUAN_KEY": hall.key,
                "PYTHONPATH": str(CLIENT / "src"),
            },
            capture_output=True,
            text=True,
            timeout=2 * WAIT,
            check=False,
        )
        assert found.returncode == 0, found.stderr
        assert f"bought 2 {CONTRACT} at {price}" in found.stdout
        sold = next_of(other, Trade)
        assert isinstance(sold, Trade)
        assert (sold.order_id, sold.side, sold.price, sold.lots) == (
            asked.order_id,
            "sell",
            price,
            2,
        )


def test_orders_stand_in_the_book_and_go_and_are_refused(hall: RunningHall) -> None:
    with Client(hall.url, hall.key) as client:
        contract = client.contracts[CONTRACT]
        order = client.enter(CONTRACT, "buy", contract.lower_limit, 3)
        while (contract.lower_limit, 3) not in client.depth(CONTRACT, 100).bids:
            pass
        client.cancel(order)
        gone = next_of(client, Cancelled)
        assert isinstance(gone, Cancelled)
        assert (gone.order_id, gone.lots) == (order.order_id, 3)
        while client.depth(CONTRACT, 100).bids:
            pass
        with pytest.raises(Refused) as refused:
            client.enter(CONTRACT, "buy", contract.lower_limit - contract.tick, 1)
        assert refused.value.refusal == Refusal.PRICE_BELOW_LIMIT
        with pytest.raises(ValueError, match="no multiple of the tick"):
            client.enter(CONTRACT, "buy", contract.lower_limit + contract.tick / 2, 1)
        with pytest.raises(ValueError, match="not listed today"):
            client.enter("cu0001", "buy", contract.lower_limit, 1)


def test_a_plain_close_takes_what_the_client_chose_and_its_trade_says_what(
    hall: RunningHall,
) -> None:
    """Nobody holds lots of history on a first day, so a plain close that may is of today's."""
    with (
        Client(hall.url, hall.key, closing="history") as client,
        Client(hall.url, hall.other) as other,
    ):
        assert (client.closing, other.closing) == ("history", "as_sent")
        price = client.contracts[CONTRACT].previous_settlement
        other.enter(CONTRACT, "sell", price, 2)
        client.enter(CONTRACT, "buy", price, 2)
        client.enter(CONTRACT, "sell", price, 2, "close")
        other.enter(CONTRACT, "buy", price, 2, "close today")
        mine = (trade for trade in client.trades(WAIT) if not trade.repeated)
        assert [(trade.offset, trade.lots) for trade in islice(mine, 2)] == [
            ("open", 2),
            ("close_today", 2),
        ]
    with pytest.raises(ValueError, match="closing is one of as_sent, history, today, not 'oldest'"):
        Session(hall.key, closing="oldest")  # type: ignore[arg-type]


def test_a_key_nobody_knows_is_told(hall: RunningHall) -> None:
    with pytest.raises(HuiguanError, match="key"):
        Client(hall.url, "hg_" + "00" * 32).__enter__()


def test_a_killed_floor_costs_a_client_nothing(hall: RunningHall) -> None:
    """What was asked while nobody was there is answered; what happened before is there."""

    async def scene() -> None:
        async with AsyncClient(hall.url, hall.key) as client:
            low = client.contracts[CONTRACT].lower_limit
            first = await client.enter(CONTRACT, "buy", low, 1)
            hall.processes["floor"].kill()
            hall.processes["floor"].wait()
            asked = asyncio.create_task(client.enter(CONTRACT, "buy", low, 2))
            await asyncio.to_thread(hall.start, "floor", DOORS_NAME)
            second = await asyncio.wait_for(asked, WAIT)
            assert isinstance(second, Order)
            assert second.order_id > first.order_id
            while (low, 3) not in (await client.depth(CONTRACT, 100)).bids:
                await asyncio.wait_for(client.changed(), WAIT)
            await client.cancel(first)
            await client.cancel(second)

    asyncio.run(scene())
