"""One command explained: its checks in order with both figures, its outcome, in two languages."""

from pathlib import Path

import msgspec
import numpy as np
import pytest

from huiguan.cli.market.command_tables import print_command
from huiguan.days.explain import explain_command
from huiguan.exchange.messages import (
    CommandRefused,
    CommandRepeated,
    EnterOrder,
    Hedge,
    Offset,
    OrderEntered,
    PriceType,
    Side,
    TimeInForce,
    TradeExecuted,
    decode,
    encode,
)
from huiguan.exchange.trading.core import TradingCore
from huiguan.floor.day.sequencer import Sequencer
from huiguan.foundation.faults import InputFault
from huiguan.foundation.refusals import Refusal
from huiguan.storage.market.day_image import read_image
from tests.images import small_image
from tests.unit.floor.test_sequencer import opening


def order(side: Side, price: int, lots: int, offset: Offset = Offset.OPEN) -> EnterOrder:
    return EnterOrder(
        client_order_id=0,
        price_ticks=price,
        lots=lots,
        minimum_lots=0,
        instrument=0,
        trading_code=0,
        side=side,
        offset=offset,
        hedge=Hedge.SPECULATION,
        time_in_force=TimeInForce.DAY,
        price_type=PriceType.LIMIT,
    )


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One frame: two of the house, a buy, a sell that trades, two refused, one repeated."""
    image = small_image(
        settings={"order_capacity": 64, "position_capacity": 16},
        deposit_fen=12_060,  # 12 lots of margin 1,000 and fee 5 each
        fee_fen=5,
        instrument_fields={"position_limit_lots": 8},
    )
    asked = [
        (order(Side.BUY, 101, 4), 1),  # command 3
        (order(Side.SELL, 100, 4), 2),
        (order(Side.SELL, 100, 9), 3),  # 5: margin of 13 lots of shorts, 12,060 fen are not enough
        (order(Side.SELL, 100, 5, Offset.CLOSE_TODAY), 4),  # 6: holds 4
        (order(Side.BUY, 101, 4), 1),  # 7: again
        (order(Side.BUY, 101, 5), 5),  # 8: 4 long and 5 more pass the limit of 8
    ]
    rows = [encode(command, 1, number) for command, number in asked]
    path = tmp_path_factory.mktemp("explained") / "day"
    day = Sequencer.create(path, image)
    day.run(1, np.concatenate([opening(), *rows]))
    day.close()
    return path


def test_an_accepted_order_shows_every_check_and_what_followed(root: Path) -> None:
    found = explain_command(root, 4)
    lines = {line.refusal: (line.asked, line.allowed) for line in found.checks}
    numbers = [int(line.refusal) for line in found.checks]
    assert numbers[:5] == [1002, 1003, 1011, 1012, 1013]
    assert lines[Refusal.POSITION_LIMIT] == (4, 8)
    # long 4 x 1,000 is the larger side already, so only the fee of 4 x 5 is asked;
    # free: 12,060 - 4,000 margin - 20 frozen for the buy's fee
    assert lines[Refusal.NOT_ENOUGH_MONEY] == (20, 12_060 - 4_000 - 20)
    assert found.refusal is None
    assert [type(event) for event in found.events] == [OrderEntered, TradeExecuted]


def test_a_refused_order_ends_at_the_check_that_refused_it(root: Path) -> None:
    limit = explain_command(root, 5)
    # the position limit stands before money: 4 short and 9 more
    assert limit.refusal == Refusal.POSITION_LIMIT
    assert limit.checks[-1][:3] == (Refusal.POSITION_LIMIT, 13, 8)
    close = explain_command(root, 6)
    assert close.checks[-1][:3] == (Refusal.NOT_ENOUGH_TODAY, 5, 4)
    assert explain_command(root, 8).checks[-1][:3] == (Refusal.POSITION_LIMIT, 9, 8)


def test_figures_before_a_refusal_are_those_of_the_core(root: Path) -> None:
    """A refusal's event has the figures of the line that refused."""
    core = TradingCore(read_image(root / "image"))
    core.run_frame(1, np.concatenate([opening(), encode(order(Side.BUY, 101, 4), 1, 1)]))
    events, lines = core.run_traced(1, encode(order(Side.SELL, 100, 13), 1, 2))
    assert lines[-1] == (Refusal.POSITION_LIMIT, 13, 8, False)
    assert lines[-1].refusal.unit == "lots"
    refused = decode(events)
    assert isinstance(refused, CommandRefused)
    assert (refused.refusal, refused.first_figure, refused.second_figure) == lines[-1][:3]


def test_a_full_table_of_positions_is_shown() -> None:
    image = small_image(1, 4, 1, settings={"order_capacity": 64, "position_capacity": 1})
    core = TradingCore(image)
    core.run_frame(1, np.concatenate([opening(), encode(order(Side.BUY, 101, 1), 1, 1)]))
    other = order(Side.BUY, 101, 1)
    held = core.run_traced(1, encode(other, 1, 2))[1]
    assert Refusal.POSITIONS_FULL not in [line.refusal for line in held], "its position is known"
    lines = core.run_traced(1, encode(msgspec.structs.replace(other, trading_code=1), 1, 3))[1]
    assert lines[-1] == (Refusal.POSITIONS_FULL, 1, 1, False)
    assert lines[-1].refusal.unit == "number"


def test_a_repeat_names_its_original(root: Path) -> None:
    found = explain_command(root, 7)
    (event,) = found.events
    assert isinstance(event, CommandRepeated)
    assert event.original_sequence == 3


def test_the_tables_speak_both_languages(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    print_command(root, 5)
    out = capsys.readouterr().out
    for words in ("sell 9 xx2601 at 100", "超过持仓限额", "REFUSED", "outcome: refused, 3031"):
        assert words in out
    print_command(root, 1)
    assert "log on: " in capsys.readouterr().out


def test_a_number_the_day_does_not_have(root: Path) -> None:
    with pytest.raises(InputFault, match="commands 1 to 8; there is no command 9"):
        explain_command(root, 9)
