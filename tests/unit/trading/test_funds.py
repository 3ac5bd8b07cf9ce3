"""Money: what orders freeze, fills charge, marks count and transfers move (decisions, Money)."""

from typing import Any

import numpy as np
import pytest

from huiguan.exchange.day.image import DayImage, MemberMode
from huiguan.exchange.messages import (
    CancelOrders,
    CommandDone,
    CreditDeposit,
    EndWithdrawal,
    Hedge,
    MarginCalled,
    MarkAccounts,
    MemberWarned,
    Offset,
    ReserveWithdrawal,
    Scope,
    TransferBooked,
    TransferStage,
)
from huiguan.foundation.refusals import Refusal
from tests.images import small_image
from tests.trading_day import SMALL, Day, figures, order_id, refusal

MARGIN, FEE = 1_000, 10  # fen a lot in small_image; hedging half, close today twice the fee
BPS = 50_000_000  # 5 %: of a lot at 100 ticks of 100 fen, 500 fen


def market(
    deposit: int = 1_000_000, *, fee_rate_ppb: int = 0, fee_fen: int = FEE, funds: bool = True
) -> Day:
    """Return a day where code 0 has ``deposit`` and everybody else plenty."""
    settings = {**SMALL, "funds": funds}
    image = small_image(2, 4, 2, settings=settings, fee_rate_ppb=fee_rate_ppb, fee_fen=fee_fen)
    image.trading_codes["deposit_fen"][0] = deposit
    return Day(image)


def test_an_opening_order_freezes_margin_and_fee_and_a_fill_charges_them() -> None:
    day = market(10_100)
    waiting = order_id(day.buy(0, 100, 10))  # 10 x (1,000 + 10)
    assert day.available(0) == 0
    assert day.account(0)["frozen_fee_fen"] == 100
    day.sell(1, 100, 4)
    row = day.account(0)
    assert (row["margin_fen"], row["frozen_fee_fen"], row["fees_fen"]) == (10_000, 60, 40)
    day.cancel(1, waiting)
    row = day.account(0)
    assert (row["margin_fen"], row["frozen_fee_fen"], row["fees_fen"]) == (4_000, 0, 40)
    assert day.available(0) == 10_100 - 4_040


@pytest.mark.parametrize(("deposit", "expected"), [(10_100, 0), (10_099, 3_041)])
def test_the_last_fen_decides(deposit: int, expected: int) -> None:
    events = market(deposit).buy(0, 100, 10)
    assert refusal(events) == expected
    if expected:
        assert figures(events) == (10_100, 10_099)


def test_a_turnover_fee_freezes_the_orders_price_for_a_buy_and_the_upper_limit_for_a_sell() -> None:
    """The middle rule can fill a sell order above its price, a buy order never."""
    day = market(fee_rate_ppb=BPS, fee_fen=0)
    buy, sell = order_id(day.buy(0, 98, 2)), order_id(day.sell(0, 102, 2))
    assert day.account(0)["frozen_fee_fen"] == 2 * 490 + 2 * 550  # 5 % of 9,800 and of 11,000
    day.cancel(1, buy)
    day.cancel(1, sell)
    assert day.account(0)["frozen_fee_fen"] == 0


def test_fees_are_rounded_half_up_a_trade_and_frozen_up_a_lot() -> None:
    """0.001 % of 10,000 fen is 0.1 fen a lot: one fen is frozen for each, 5 lots cost one (0.5)."""
    day = market(fee_rate_ppb=10_000, fee_fen=0)
    day.buy(0, 100, 5)
    assert day.account(0)["frozen_fee_fen"] == 5
    day.sell(1, 100, 4)  # 0.4: nothing
    assert day.account(0)["fees_fen"] == 0
    assert day.account(0)["frozen_fee_fen"] == 1
    day.buy(0, 101, 4)
    day.sell(1, 100, 5)  # 1 at 100 and 4 at 101, or all at the price of the last trade
    assert day.account(0)["frozen_fee_fen"] == 0


def test_closing_is_never_refused_for_money_and_pays_its_own_fee() -> None:
    day = market(10_100)
    day.buy(0, 100, 10)
    day.sell(1, 100, 10)
    assert day.available(0) == 0
    assert refusal(day.sell(0, 90, 10, offset=Offset.CLOSE_TODAY)) == Refusal.ACCEPTED
    day.buy(1, 90, 10, offset=Offset.CLOSE_TODAY)
    row = day.account(0)
    assert row["fees_fen"] == 10 * FEE + 10 * 2 * FEE
    assert row["realised_fen"] == (90 - 100) * 10 * 100
    assert row["margin_fen"] == 0
    assert day.available(0) == 10_100 - 300 - 10_000


def test_a_realised_gain_is_available_and_a_loss_is_gone() -> None:
    day = market(10_100)
    day.buy(0, 100, 10)
    day.sell(1, 100, 10)
    day.sell(0, 105, 10, offset=Offset.CLOSE_TODAY)
    day.buy(1, 105, 10, offset=Offset.CLOSE_TODAY)
    assert day.available(0) == 10_100 - 300 + 5 * 10 * 100


def test_hedging_pays_the_hedging_margin() -> None:
    image = small_image(settings=SMALL)
    limits = np.array([(0, 0, 0, 0, 99, 99, 0)], dtype=image.holder_limits.dtype)
    day = Day(image._replace(holder_limits=limits))
    day.buy(0, 100, 10, hedge=Hedge.HEDGE)
    assert day.account(0)["margin_fen"] == 10 * MARGIN // 2


def test_larger_side_of_a_relief_group_counts_pending_opens_too() -> None:
    """Long 3 and short 5 in two months of one product: 5 lots are charged, not 8."""
    day = market(5 * MARGIN + 8 * FEE)
    day.buy(0, 100, 3)
    assert day.account(0)["margin_fen"] == 3_000
    day.sell(0, 105, 3, instrument=1)
    assert day.account(0)["margin_fen"] == 3_000  # accepted though gross it would not fit
    events = day.sell(0, 105, 3, instrument=1)
    assert refusal(events) == Refusal.NOT_ENOUGH_MONEY
    assert figures(events) == (3 * MARGIN + 3 * FEE, 2 * MARGIN + 2 * FEE)
    assert refusal(day.sell(0, 105, 2, instrument=1)) == Refusal.ACCEPTED
    assert day.account(0)["margin_fen"] == 5_000
    assert day.available(0) == 0


def test_months_near_their_end_stand_outside_the_relief() -> None:
    image = small_image(2, 2, 1, settings=SMALL)
    image.instruments["long_relief_group"] = [0, 1]
    image.instruments["short_relief_group"] = [0, 2]
    day = Day(image)
    day.buy(0, 100, 3)
    day.sell(0, 105, 2)  # relieved: 3 lots are charged
    day.buy(0, 100, 4, instrument=1)
    day.sell(0, 105, 5, instrument=1)  # both sides: 9 lots
    assert day.account(0)["margin_fen"] == 3_000 + 9_000


def test_a_position_of_the_evening_is_charged_in_the_morning() -> None:
    image = small_image(settings=SMALL)
    positions = np.array([(0, 0, 7, 2, 0)], dtype=image.positions.dtype)
    day = Day(image._replace(positions=positions))
    assert day.account(0)["margin_fen"] == 7_000


def member_market(mode: MemberMode, deposit: int) -> Day:
    """Return a day with one member of two clients and ``deposit``; member 1 trades against it."""
    image: DayImage = small_image(1, 4, 2, settings=SMALL)
    image.members["mode"][0], image.members["deposit_fen"][0] = mode, deposit
    return Day(image)


def test_a_member_is_the_gross_sum_of_its_clients_and_stops_only_openings() -> None:
    day = member_market(MemberMode.REFUSE, 10 * (MARGIN + FEE))
    day.buy(0, 100, 6)
    day.sell(1, 100, 6)
    events = day.sell(2, 105, 5)  # another client of the member: no relief between clients
    assert refusal(events) == Refusal.MEMBER_SHORT_OF_MONEY
    assert figures(events) == (11 * (MARGIN + FEE), 10 * (MARGIN + FEE))
    assert refusal(day.sell(2, 105, 4)) == Refusal.ACCEPTED
    assert refusal(day.sell(0, 105, 6, offset=Offset.CLOSE_TODAY)) == Refusal.ACCEPTED
    assert day.core.state.members["used_fen"].tolist() == [10 * (MARGIN + FEE), 6 * (MARGIN + FEE)]


def test_a_warned_member_goes_on_and_is_warned_once_a_stretch() -> None:
    day = member_market(MemberMode.WARN, 5 * (MARGIN + FEE))
    assert warnings(day.buy(0, 100, 5)) == []
    assert warnings(day.buy(0, 99, 1)) == [(6_060, 5_050)]
    assert warnings(day.buy(2, 99, 1)) == []  # said
    day.send(1, CancelOrders(target=0, scope=Scope.MEMBER))
    assert warnings(day.buy(0, 100, 6)) == [(6_060, 5_050)]  # a new stretch


def test_a_member_at_exactly_its_deposit_is_covered() -> None:
    day = member_market(MemberMode.WARN, 5 * (MARGIN + FEE))
    assert warnings(day.buy(0, 99, 5)) == []
    sixth = day.buy(0, 99, 1)
    assert warnings(sixth) == [(6_060, 5_050)]
    day.cancel(1, order_id(sixth))
    assert warnings(day.buy(0, 99, 1)) == [(6_060, 5_050)]  # covered in between: said again


def test_fees_of_closing_orders_can_carry_a_member_over_and_the_next_order_says_so() -> None:
    day = member_market(MemberMode.WARN, 2 * MARGIN + 2 * FEE)
    day.buy(0, 100, 1)
    day.buy(2, 100, 1)
    day.sell(1, 100, 2)
    day.sell(0, 100, 1, offset=Offset.CLOSE_TODAY)
    day.buy(1, 100, 1)  # margin falls by 1,000, the fee of 20 stays: used 1,040
    assert warnings(day.buy(0, 100, 1)) == [(2 * MARGIN + 5 * FEE, 2 * MARGIN + 2 * FEE)]


def warnings(events: list[Any]) -> list[tuple[int, int]]:
    """Return (used, deposit) of the warnings among the events."""
    return [(e.used_fen, e.deposit_fen) for e in events if isinstance(e, MemberWarned)]


def test_a_mark_counts_floating_losses_but_no_gains_and_calls_who_is_short() -> None:
    """Long 10 from 100, short 10 from 100; last 98: a loss of 2 x 10 x 100 for the long."""
    day = market(10_150)
    day.buy(0, 100, 10)
    day.sell(1, 100, 10)
    day.buy(2, 98, 1)
    day.sell(3, 98, 1)
    assert day.account(0)["floating_loss_fen"] == 0, "nothing moves between marks"
    assert day.house(MarkAccounts()) == [  # 10,150 - 10 x (1,000 + 10) - 2,000
        MarginCalled(available_fen=-1_950, floating_loss_fen=2_000, trading_code=0),
        CommandDone(count=1, command=MarkAccounts.KIND),
    ]
    assert day.account(1)["floating_loss_fen"] == 0, "a gain is not available"
    credit = CreditDeposit(transfer_id=1, amount_fen=1_950, target=0, scope=Scope.TRADING_CODE)
    day.house(credit)
    assert day.house(MarkAccounts()) == [CommandDone(count=0, command=MarkAccounts.KIND)]
    assert day.available(0) == 0


def test_a_mark_calls_everybody_who_is_short() -> None:
    day = market(10_150)
    day.core.state.accounts["deposit_fen"][3] = 10_150
    for code, other in ((0, 1), (3, 2)):
        day.buy(code, 100, 10)
        day.sell(other, 100, 10)
    day.buy(2, 98, 1)
    day.sell(1, 98, 1)
    events = day.house(MarkAccounts())
    assert [e.trading_code for e in events[:-1]] == [0, 3]
    assert events[-1] == CommandDone(count=2, command=MarkAccounts.KIND)


def test_gains_and_losses_of_one_code_are_set_off_before_a_loss_counts() -> None:
    day = market()
    for instrument, last in ((0, 97), (1, 102)):  # -3 and +2 ticks on one lot each
        day.buy(0, 100, 1, instrument=instrument)
        day.sell(1, 100, 1, instrument=instrument)
        day.buy(2, last, 1, instrument=instrument)
        day.sell(3, last, 1, instrument=instrument)
    day.house(MarkAccounts())
    assert day.account(0)["floating_loss_fen"] == 100


def test_who_is_short_after_a_mark_opens_nothing() -> None:
    day = market(10_100)
    day.buy(0, 100, 10)
    day.sell(1, 100, 10)
    day.buy(2, 99, 1)
    day.sell(3, 99, 1)
    day.house(MarkAccounts())
    events = day.sell(0, 105, 1)  # needs no margin: the smaller side
    assert refusal(events) == Refusal.NOT_ENOUGH_MONEY
    assert figures(events) == (FEE, -1_000)
    assert refusal(day.sell(0, 99, 10, offset=Offset.CLOSE_TODAY)) == Refusal.ACCEPTED


def move(kind: type, number: int, amount: int, target: int = 0, scope: Scope = Scope.TRADING_CODE):  # noqa: ANN201
    """Return a transfer command."""
    return kind(transfer_id=number, amount_fen=amount, target=target, scope=scope)


@pytest.mark.parametrize(
    ("stage", "left"),
    [(TransferStage.CONFIRMED, 600), (TransferStage.RELEASED, 1_000)],
)
def test_a_withdrawal_is_reserved_first_and_then_paid_or_given_back(
    stage: TransferStage, left: int
) -> None:
    day = market(1_000)
    events = day.house(move(ReserveWithdrawal, 7, 400))
    assert events == [
        TransferBooked(
            transfer_id=7,
            amount_fen=400,
            target=0,
            scope=Scope.TRADING_CODE,
            stage=TransferStage.RESERVED,
        )
    ]
    assert day.available(0) == 600, "reserved money buys nothing"
    (booked,) = day.house(EndWithdrawal(transfer_id=7, stage=stage))
    assert booked.stage == stage
    assert day.available(0) == left
    again = day.house(EndWithdrawal(transfer_id=7, stage=TransferStage.RELEASED))
    assert refusal(again) == Refusal.TRANSFER_NOT_RESERVED, "it ends once"


def test_a_transfer_id_is_booked_once() -> None:
    day = market(1_000)
    day.house(move(CreditDeposit, 7, 400))
    for kind in (CreditDeposit, ReserveWithdrawal):
        events = day.house(move(kind, 7, 400))
        assert refusal(events) == Refusal.TRANSFER_REPEATED
        assert figures(events) == (7, TransferStage.CREDITED)
    assert day.available(0) == 1_400
    paid = day.house(EndWithdrawal(transfer_id=7, stage=TransferStage.CONFIRMED))
    assert refusal(paid) == Refusal.TRANSFER_NOT_RESERVED, "a deposit is no withdrawal"


def test_every_transfer_of_a_full_table_is_remembered() -> None:
    """A day of 16 transfers takes 16; whichever row one got, its id is known again."""
    day = market(1_000)
    for number in range(1, 17):
        assert refusal(day.house(move(CreditDeposit, number, 1))) == Refusal.ACCEPTED
    for number in range(1, 17):
        repeated = day.house(move(CreditDeposit, number, 1))
        assert refusal(repeated) == Refusal.TRANSFER_REPEATED
    assert refusal(day.house(move(CreditDeposit, 17, 1))) == Refusal.TRANSFERS_FULL


def test_only_free_money_can_be_withdrawn() -> None:
    day = market(10_100)
    day.buy(0, 100, 9)
    events = day.house(move(ReserveWithdrawal, 1, 1_011))
    assert refusal(events) == Refusal.NOT_ENOUGH_MONEY
    assert figures(events) == (1_011, 1_010)
    assert refusal(day.house(move(ReserveWithdrawal, 1, 1_010))) == Refusal.ACCEPTED
    member = int(day.core.state.members["deposit_fen"][0])
    events = day.house(move(ReserveWithdrawal, 2, member, 0, Scope.MEMBER))
    assert refusal(events) == Refusal.NOT_ENOUGH_MONEY
    assert figures(events) == (member, member - 9 * (MARGIN + FEE))


@pytest.mark.parametrize(
    ("number", "amount", "target", "scope", "expected"),
    [
        (0, 1, 0, Scope.TRADING_CODE, Refusal.BAD_FIELD),
        (2**58, 1, 0, Scope.TRADING_CODE, Refusal.BAD_FIELD),
        (1, 0, 0, Scope.TRADING_CODE, Refusal.BAD_FIELD),
        (1, -5, 0, Scope.TRADING_CODE, Refusal.BAD_FIELD),
        (1, 5, 0, Scope.PRODUCT, Refusal.BAD_FIELD),
        (1, 5, 4, Scope.TRADING_CODE, Refusal.UNKNOWN_TARGET),
        (1, 5, 2, Scope.MEMBER, Refusal.UNKNOWN_TARGET),
        (1, 5, -1, Scope.MEMBER, Refusal.UNKNOWN_TARGET),
    ],
)
def test_transfers_that_mean_nothing(
    number: int, amount: int, target: int, scope: Scope, expected: Refusal
) -> None:
    for kind in (CreditDeposit, ReserveWithdrawal):
        assert refusal(market().house(move(kind, number, amount, target, scope))) == expected


def test_without_funds_nothing_is_checked_or_frozen_and_the_fee_is_charged() -> None:
    """Decisions, Money: fees are charged at each fill; here 400 lots x 10 fen, as the close bills.

    Before, the core charged none, and such a day could not be closed: fees differed.
    """
    day = market(0, funds=False)
    assert refusal(day.buy(0, 100, 400)) == Refusal.ACCEPTED
    day.sell(1, 100, 400)
    row = day.account(0)
    assert (row["margin_fen"], row["fees_fen"], row["frozen_fee_fen"]) == (0, 4_000, 0)
    assert day.position(0)["long_today"] == 400
