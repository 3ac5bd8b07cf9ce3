"""Commands and events in words: rows by their names, choices by theirs, times by the clock."""

import pytest

from huiguan.exchange.messages import (
    COMMANDS,
    EVENTS,
    CommandDone,
    Hedge,
    LogOn,
    Offset,
    Phase,
    PhaseChanged,
    TradeExecuted,
)
from huiguan.exchange.reports.command_words import CHOICES, fields_words, message_words
from tests.images import small_image

IMAGE = small_image()
CODE, MEMBER = IMAGE.names.trading_codes[1], IMAGE.names.members[0]
CONTRACT, PRODUCT = IMAGE.names.instruments[1], IMAGE.names.products[0]


@pytest.mark.parametrize(
    ("name", "fields", "words"),
    [
        (
            "set_halt",
            {"target": 1, "scope": 3, "engaged": 1},
            f"instrument {CONTRACT}, engaged yes",
        ),
        ("set_halt", {"target": 0, "scope": 2, "engaged": 0}, f"product {PRODUCT}, engaged no"),
        ("set_halt", {"target": 0, "scope": 9, "engaged": 7}, "number 0 of scope 9, engaged 7"),
        (
            "set_right",
            {"target": 1, "scope": 0, "right": 1},
            f"trading code {CODE}, right close only",
        ),
        ("set_right", {"target": 999, "scope": 1, "right": 8}, "member number 999, right 8"),
        ("lose_session", {"target": 5}, "session 5"),
        ("cancel_orders", {"target": 17, "scope": 1}, "all of the session's member"),
        ("cancel_orders", {"target": 1, "scope": 0}, f"trading code {CODE}"),
        ("end_withdrawal", {"transfer_id": 7, "stage": 3}, "transfer id 7, stage confirmed"),
    ],
)
def test_commands(name: str, fields: dict[str, int], words: str) -> None:
    assert fields_words(IMAGE, name, fields) == f"{name.replace('_', ' ')}: {words}"


def test_events() -> None:
    # 2026-08-20 20:55 in Shanghai is 12:55 UTC: 20,685 days and 46,500 seconds after 1970
    due_ns = (20_685 * 86_400 + 46_500) * 10**9
    changed = PhaseChanged(due_ns=due_ns, group=0, phase=Phase.AUCTION_ORDERING)
    group = IMAGE.names.phase_groups[0]
    assert message_words(IMAGE, changed) == (
        f"phase changed: due 2026-08-20 20:55:00, group {group}, phase auction ordering"
    )
    by_hand = PhaseChanged(due_ns=0, group=0, phase=Phase.CLOSED)
    assert message_words(IMAGE, by_hand).startswith("phase changed: set by hand, ")
    done = CommandDone(count=1_000, command=LogOn.KIND)
    assert message_words(IMAGE, done) == "command done: count 1,000, log on"


def test_a_grace_is_told_in_seconds() -> None:
    fields = {"grace_ns": 30_500_000_000, "target": 1, "member": 0, "cancel_on_disconnect": 1}
    assert fields_words(IMAGE, "log_on", fields) == (
        f"log on: grace 30.5 s, session 1, member {MEMBER}, cancel on disconnect yes"
    )


def test_a_trade_says_how_each_side_opened_or_closed() -> None:
    trade = TradeExecuted(
        buy_order_id=1,
        sell_order_id=2,
        price_ticks=0,
        lots=3,
        instrument=1,
        buy_code=0,
        sell_code=1,
        buy_offset=Offset.OPEN,
        sell_offset=Offset.CLOSE_TODAY,
        buy_hedge=Hedge.SPECULATION,
        sell_hedge=Hedge.HEDGE,
    )
    words = message_words(IMAGE, trade)
    assert "buy offset open, sell offset close today" in words
    assert "buy hedge speculation, sell hedge hedge" in words


def test_no_choice_of_an_event_is_shown_as_a_number() -> None:
    words = ("offset", "hedge", "side", "phase", "right", "reason", "stage", "force", "type")
    for message in (*COMMANDS.values(), *EVENTS.values()):
        for field in message.__struct_fields__:
            assert field in CHOICES or field.split("_")[-1] not in words, (message, field)
