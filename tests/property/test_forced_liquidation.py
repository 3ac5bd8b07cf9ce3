"""What a forced liquidation frees is what the margin rule says, and not a lot more is closed."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from huiguan.exchange.clearing.liquidation import (
    Exposure,
    ForceClose,
    liquidation_list,
    liquidation_order,
)
from huiguan.exchange.clearing.margin import ExchangeRates, Position
from huiguan.exchange.messages import Hedge

LOT = Decimal(5)  # t
OPEN_INTEREST = {"cu2610": 200_000, "cu2611": 90_000, "al2610": 150_000, "cu2609": 400}
LAST_DAYS = ("cu2609",)  # outside the relief
PRICES = {"cu2610": 106_860, "cu2611": 106_650, "al2610": 20_985, "cu2609": 107_180}
RATES = {False: Decimal("0.11"), True: Decimal("0.1")}  # general, hedging

Key = tuple[str, str, str, bool]  # code, instrument, side, hedging
held = st.dictionaries(
    st.tuples(
        st.sampled_from(["C1", "C2", "H1"]),
        st.sampled_from(list(PRICES)),
        st.sampled_from(["long", "short"]),
        st.booleans(),
    ),
    st.integers(1, 40),
    min_size=1,
    max_size=12,
)
alike = st.fixed_dictionaries(
    {("C1", "cu2610", side, False): st.integers(1, 40) for side in ("long", "short")}
)


def exposures(lots: dict[Key, int], losses: Sequence[int]) -> list[Exposure]:
    return [
        Exposure(
            trading_code=code,
            instrument=name,
            side=side,  # type: ignore[arg-type]
            lots=count,
            margin_per_lot_fen=Fraction(100 * PRICES[name] * LOT) * Fraction(RATES[hedging]),
            net_loss_fen=losses[number % len(losses)],
            hedging=hedging,
            house=code == "H1",
            relief=name not in LAST_DAYS,
            flag=Hedge.HEDGE if hedging else Hedge.SPECULATION,
        )
        for number, ((code, name, side, hedging), count) in enumerate(lots.items())
    ]


def required(lots: dict[Key, int], code: str | None = None, product: str | None = None) -> int:
    """Return the margin of all codes (or one, and one product) by the clearing's own rule."""
    rows: dict[str, list[Position]] = {}
    for (owner, name, side, hedging), count in lots.items():
        if code in (None, owner) and product in (None, name[:-4]):
            row = Position(
                instrument=name,
                product=name[:-4],
                side=side,  # type: ignore[arg-type]
                lots=count,
                settlement=Decimal(PRICES[name]),
                lot_size=LOT,
                rate=RATES[hedging],
                hedging=hedging,
                relief=name not in LAST_DAYS,
            )
            rows.setdefault(owner, []).append(row)
    return sum(ExchangeRates().requirement_fen(own) for own in rows.values())


def after(lots: dict[Key, int], orders: Sequence[ForceClose]) -> dict[Key, int]:
    left = dict(lots)
    for order in orders:
        key = (order.trading_code, order.instrument, order.side, order.hedging)
        left[key] -= order.lots
        assert order.lots > 0
        assert left[key] >= 0
    return left


def naked(lots: dict[Key, int], code: str, product: str) -> int:
    """Return the margin by which one side of a code's product stands above the other."""
    relieved = {k: v for k, v in lots.items() if k[1] not in LAST_DAYS}
    longs, shorts = (
        required({k: v for k, v in relieved.items() if k[2] == side}, code, product)
        for side in ("long", "short")
    )
    return abs(longs - shorts)


@settings(max_examples=400, deadline=None)
@given(
    held | alike,
    st.lists(st.integers(-1_000, 1_000), min_size=1, max_size=4),
    st.integers(1, 10**9),
)
def test_list_frees_what_is_missing_and_no_lot_more(
    lots: dict[Key, int], losses: list[int], missing: int
) -> None:
    rows = exposures(lots, losses)
    before = required(lots)
    orders = liquidation_list(rows, OPEN_INTEREST, missing)
    left = after(lots, orders)
    freed = before - required(left)
    assert freed >= min(missing, before)
    if missing > before:
        assert required(left) == 0
        return
    assert liquidation_list(rows, OPEN_INTEREST, freed) == orders  # what is freed needs all of it
    closed = [key for key in lots if left[key] < lots[key]]
    short = [before - required({**left, key: left[key] + 1}) < missing for key in closed]
    assert any(short)  # the lot closed last is needed
    if len({(RATES[key[3]], key[1]) for key in lots}) == 1:
        assert all(short)  # where lots are alike, every lot is


@settings(max_examples=400, deadline=None)
@given(held | alike, st.integers(1, 10**9))
def test_nobody_is_left_more_exposed(lots: dict[Key, int], missing: int) -> None:
    """The naked side of a product never grows by a whole lot, and never where lots are alike."""
    rows = exposures(lots, [0])
    left = after(lots, liquidation_list(rows, OPEN_INTEREST, missing))
    for code, product in {(k[0], k[1][:-4]) for k in lots}:
        own = [
            r for r in rows if r.relief and (r.trading_code, r.instrument[:-4]) == (code, product)
        ]
        if own:
            margins = {r.margin_per_lot_fen for r in own}
            grown = naked(left, code, product) - naked(lots, code, product)
            assert grown < max(margins) if len(margins) > 1 else grown <= 0


@settings(max_examples=200, deadline=None)
@given(held, st.integers(1, 10**9))
def test_positions_are_closed_in_order(lots: dict[Key, int], missing: int) -> None:
    """Where every code holds one side only, each position is closed whole before the next."""
    lots = {k: v for k, v in lots.items() if k[2] == "long"}
    rows = exposures(lots, [3, 1, 2])
    left = after(lots, liquidation_list(rows, OPEN_INTEREST, missing))
    order = [(r.trading_code, r.instrument, r.side, r.hedging)
             for r in liquidation_order(rows, OPEN_INTEREST)]  # fmt: skip
    partly = [k for k in order if 0 < left[k] < lots[k]]
    touched = [k for k in order if left[k] < lots[k]]
    assert touched == order[: len(touched)]
    assert partly in ([], touched[-1:])
    if touched:
        assert required(lots) - required({**left, touched[-1]: left[touched[-1]] + 1}) < missing


def test_a_locked_account() -> None:
    """10 long and 10 short of 3,500,000, 10,000,000 missing: three of each free 10,500,000.

    max(10, 10) x 3,500,000 = 35,000,000; three long alone leave max(7, 10) and free nothing.
    """
    rows = [Exposure("C1", "cu2610", side, 10, 3_500_000) for side in ("long", "short")]  # type: ignore[arg-type]
    orders = liquidation_list(rows, {"cu2610": 200_000}, 10_000_000)
    assert [(row.side, row.lots) for row in orders] == [("long", 3), ("short", 3)]
    apart = [replace(row, relief=False) for row in rows]  # both sides are charged: 3 are enough
    assert [r.lots for r in liquidation_list(apart, {}, 10_000_000)] == [3]
