"""What held on known days: the reference day 2026-08-21 and the cases of the updates."""

from decimal import Decimal
from fractions import Fraction

import pytest

from huiguan.exchange.rules.parameters import (
    fee_rates,
    night_end,
    parameters,
    position_limit_lots,
    product_phases,
)
from huiguan.exchange.rules.price_limits import price_limits
from huiguan.exchange.rules.rows import Books, LimitRounding
from huiguan.foundation.arithmetic import PPB, parse_rate, show_rate
from huiguan.foundation.calendars import clock_seconds, exchange_time_ns
from huiguan.foundation.faults import InputFault
from huiguan.storage.market.rulebooks.load import load_books

DAY = 20260821


@pytest.fixture(scope="module")
def books() -> Books:
    return load_books()


LIMITS = """
cu2610 106860 116470  97240
al2610  23630  25755  21500
zn2610  25390  27675  23100
pb2610  15940  17370  14505
ni2610 129900 142890 116910
sn2610 425050 476050 374040
ao2610   2667   2907   2426
au2610 969.62 1105.36 833.86
ag2610  16110  19332  12888
rb2610   3025   3176   2873
hc2610   3289   3453   3124
ss2610  14370  15085  13650
fu2610   3770   4297   3242
bu2610   4431   4874   3987
ru2701  18350  19630  17065
sp2611   4730   4966   4492
sc2610  584.9  666.7    503
lu2611   4976   5672   4279
nr2610  15325  16395  14250
"""


@pytest.mark.parametrize("line", LIMITS.strip().splitlines())
def test_limits_of_the_reference_day(books: Books, line: str) -> None:
    """Columns Upper and Lower of the reference day; both sides cut down to the tick."""
    code, previous, upper, lower = line.split()
    found = parameters(books, code, DAY)
    rate = Fraction(found.limit_ppb, PPB)
    limits = price_limits(previous, rate, found.terms.tick, found.limit_rounding)
    assert limits == (Decimal(lower), Decimal(upper))


@pytest.mark.parametrize(
    ("previous", "percent", "tick", "side", "expected"),
    [
        ("451.7", "8%", "0.1", "lower", "415.5"),  # 415.564
        ("359.7", "6%", "0.1", "lower", "338.1"),  # 338.118
        ("338.1", "9%", "0.1", "lower", "307.6"),  # 307.671
        ("482.9", "7%", "0.1", "lower", "449.0"),  # 449.097
        ("12250", "9%", "5", "lower", "11145"),  # 11147.5
        ("42520", "6%", "10", "lower", "39960"),  # 39968.8
        ("41290", "9%", "10", "lower", "37570"),  # 37573.9
        ("2013", "8%", "1", "lower", "1851"),  # 1851.96
        ("3761", "7%", "1", "lower", "3497"),  # 3497.73
        ("2216.8", "20%", "0.1", "lower", "1773.4"),  # 1773.44
        ("188350", "12%", "10", "upper", "210950"),  # 210,952
        ("198970", "15%", "10", "upper", "228810"),  # 228,815.5
        ("228810", "17%", "10", "upper", "267700"),  # 267,707.7
    ],
)
def test_limit_vectors(previous: str, percent: str, tick: str, side: str, expected: str) -> None:
    """Observed closes at a limit (rulebook 2.6; nickel of March 2022)."""
    down = LimitRounding(
        effective=0, article="x", source="x", status="secondary", upper="down", lower="down"
    )
    limits = price_limits(previous, percent, tick, down)
    assert limits[side == "upper"] == Decimal(expected)


IN_FORCE = """
cu2610  9 10 11   01:00  8000  2000
cu2703  7  8  9   01:00  8000  2000
cu2609  9 10 11   01:00  3000  2000
al2611  9 10 11   01:00 10000  4000
zn2704  7  8  9   01:00  6000  3000
pb2609  9 10 11   01:00  1800     -
ao2703  7  8  9   01:00  8000     -
ni2703 10 11 12   01:00  6000     -
ni2701 10 11 12   01:00  6000  2500
ni2704  8  9 10   01:00  6000     -
sn2701 12 13 14   01:00  1500   200
sn2704 11 12 13   01:00  1500   800
ss2610  5  6  7   01:00  3500     -
ad2610  8  9 10   01:00     -     -
au2612 14 15 16   02:30  9000  2800
au2609 14 15 16   02:30  2700  2800
ag2701 20 21 22   02:30  9000   800
ag2705 17 18 19   02:30  9000  7000
ag2707 14 15 16   02:30  9000  7000
rb2610  5  6  7   23:00 90000 32000
rb2609  5 10 10   23:00  4500 32000
hc2610  5  6  7   23:00 120000 10000
wr2610  8  9 10    none 22500     -
fu2610 14 15 16   23:00  1500  6000
fu2611 14 15 16   23:00  7500  6000
fu2609 14 15 16   23:00   500  6000
bu2610 10 11 12   23:00  8000     -
br2609 10 11 12   23:00   300     -
ru2701  7  8  9   23:00   500  6000
sp2611  5  6  7   23:00  4500  8000
op2611  7  8  9   23:00     -     -
sc2611 14 15 16   02:30  3000  1600
lu2611 14 15 16   23:00  5000  6000
nr2610  7  8  9   23:00     -     -
nr2609  7 10 10   23:00     -     -
bc2610  9 10 11   01:00  8000     -
bc2703  7  8  9   01:00  8000     -
ec2610 20 22 22    none  1200    50
"""


@pytest.mark.parametrize("line", IN_FORCE.strip().splitlines())
def test_values_in_force_on_the_reference_day(books: Books, line: str) -> None:
    """Limit, hedge, general in %, night end, position and opening limit (4.4; ladder on 2609)."""
    code, limit, hedge, general, night, position, opening = line.split()
    found = parameters(books, code, DAY)
    rates = (found.limit_ppb, found.hedge_ppb, found.general_ppb)
    assert [show_rate(rate) for rate in rates] == [f"{x}%" for x in (limit, hedge, general)]
    assert night_end(books, code[:-4], DAY) == night
    assert found.position_limit.lots == (None if position == "-" else int(position))
    assert found.opening_limit.lots == (None if opening == "-" else int(opening))
    sizes = found.order_size
    assert (sizes.minimum_lots, sizes.maximum_lots, sizes.maximum_market_lots) == (1, 500, 0)


@pytest.mark.parametrize(
    ("code", "day", "general", "why"),
    [
        ("ec2608", 20260821, "22%", "circular 22 above the ladder's 20 from the 7th day before"),
        ("ec2608", 20260827, "30%", "ladder from the 2nd trading day before 2026-08-31"),
        ("fu2609", 20260826, "16%", "circular above the ladder's 15"),
        ("fu2609", 20260827, "20%", "ladder from the 2nd day before; charged on 08-26"),
        ("cu2609", 20260901, "15%", "delivery month"),
        ("cu2609", 20260910, "15%", "3rd trading day before 2026-09-15"),
        ("cu2609", 20260911, "20%", "2nd trading day before"),
        ("sc2610", 20260914, "16%", "the circular takes effect at this day's clearing"),
        ("sc2610", 20260915, "18%", "so it counts from the next trading day"),
        ("cu2604", 20260213, "15%", "Spring Festival values from the clearing of 02-12"),
        ("cu2604", 20260224, "15%", "still on the first day after"),
        ("cu2604", 20260225, "12%", "back to No. 56 after a day without limit-locked market"),
        ("cu2604", 20260209, "11%", "No. 35: 9/10/11"),
        ("sc2606", 20260310, "11%", "the day of the clearing"),
        ("sc2606", 20260311, "22%", "INE No. 27 and 31"),
        ("nr2601", 20251014, "10%", "before the circular of 2025-10-14"),
        ("nr2601", 20251015, "9%", "after its clearing"),
        ("au2506", 20250529, "14%", "before the Dragon Boat Festival: 12/13/14"),
        ("au2506", 20250530, "15%", "from the clearing of 05-29: 13/14/15"),
        ("sc2506", 20250430, "14%", "Labour Day: 12/13/14"),
        ("sc2507", 20250507, "11%", "back to 9/10/11"),
        ("cu1803", 20180103, "7%", "after New Year 2018: limit 5 %, margin 7 %"),
        ("rb2408", 20240731, "10%", "month before delivery"),
        ("rb2410", 20240801, "8%", "No. 273: 6/7/8 from the clearing of 07-31"),
        ("rb2408", 20240801, "15%", "delivery month; charged at the clearing of 07-31"),
    ],
)
def test_margin_of_a_day(books: Books, code: str, day: int, general: str, why: str) -> None:
    assert show_rate(parameters(books, code, day).general_ppb) == general, why


FEES = """
cu2610 0.5  -  1.0
al2610   -  3    3
zn2610   -  3    0
pb2610 0.4  -    0
ni2610   -  3    3
sn2610   -  3    3
ao2610   1  -    1
ss2610   -  2    0
au2612   - 20    0
au2609   - 20    0
au2611   - 10    0
ag2612 0.5  -  0.5
ag2610 0.1  -  0.1
rb2610   1  -    1
rb2611 0.2  -  0.2
rb2609   1  -    1
hc2701   1  -    1
fu2701 0.5  -    0
fu2612 0.1  -    0
fu2609 0.5  -    0
bu2610 0.5  -    0
br2610 0.2  -  0.2
ru2701   -  3    0
sp2611 0.2  -    0
op2611   1  -    1
sc2610   - 20    0
lu2611 0.1  -  0.1
nr2610 0.2  -    0
bc2610 0.1  -    0
ec2610   6  -   12
"""


@pytest.mark.parametrize("line", FEES.strip().splitlines())
def test_fees_of_the_reference_day(books: Books, line: str) -> None:
    """Basis points of turnover or CNY a lot, and closing today (2.1); hedging pays half."""
    code, rate, lot, today = line.split()
    found = parameters(books, code, DAY)
    fee, hedge = found.general_fees, found.hedge_fees
    unit = 100 if rate == "-" else 100_000  # fen of a yuan, ppb of a basis point
    expected = int(Decimal(lot if rate == "-" else rate) * unit)
    closing = int(Decimal(today) * unit)
    if rate == "-":
        assert (fee.open_fen, fee.close_today_fen, fee.open_rate_ppb) == (expected, closing, 0)
        assert (hedge.open_fen, hedge.close_today_fen) == (expected // 2, closing // 2)
    else:
        assert (fee.open_rate_ppb, fee.close_today_rate_ppb) == (expected, closing)
        assert (hedge.open_rate_ppb, hedge.close_today_rate_ppb) == (expected // 2, closing // 2)
        assert fee.open_fen == 0


def test_close_today_of_crude_oil_was_60_yuan_in_early_summer(books: Books) -> None:
    found = [
        parameters(books, "sc2610", day).general_fees for day in (20260518, 20260519, 20260625)
    ]
    assert [fee.close_today_fen for fee in found] == [0, 6_000, 0]


def test_hedging_paid_the_full_fee_before_2023_09_04(books: Books) -> None:
    full = parameters(books, "cu2401", 20230901)
    assert full.hedge_fees == full.general_fees == fee_rates(50_000, 0, 1, PPB)
    assert parameters(books, "cu2401", 20230904).hedge_fees.open_rate_ppb == 25_000


@pytest.mark.parametrize(
    ("code", "day", "relief"),
    [
        ("cu2609", 20260908, True),  # the 5th trading day before the last: to its clearing
        ("cu2609", 20260909, False),
        ("fu2609", 20260824, True),
        ("fu2609", 20260825, False),
        ("ec2610", 20260821, False),  # both sides charged
        ("cu1401", 20131226, False),  # in force since 2013-12-27
        ("cu1402", 20131227, True),
    ],
)
def test_larger_side_relief(books: Books, code: str, day: int, relief: bool) -> None:
    assert parameters(books, code, day).larger_side is relief


@pytest.mark.parametrize(
    ("code", "day", "last"),
    [
        ("cu2609", DAY, 20260908),
        ("fu2609", DAY, 20260824),
        ("sc2609", 20260818, 20260819),
        ("ec2608", DAY, 0),
        ("fu2210", 20220901, 20220920),  # third trading day before 2022-09-23
        ("sc2002", 20200102, 20200106),  # eighth trading day before 2020-01-16
    ],
)
def test_natural_persons(books: Books, code: str, day: int, last: int) -> None:
    assert parameters(books, code, day).last_day_natural_person == last


@pytest.mark.parametrize(
    ("code", "day", "limit"),
    [
        ("lu2101", 20200622, "26%"),  # listing day: twice 13 %
        ("lu2101", 20200623, "13%"),
        ("ec2502", 20240227, "30%"),
        ("ni2204", 20220307, "12%"),
    ],
)
def test_limit_of_a_new_contract_is_doubled(books: Books, code: str, day: int, limit: str) -> None:
    assert show_rate(parameters(books, code, day).limit_ppb) == limit


@pytest.mark.parametrize(
    ("code", "day", "steps"),
    [
        ("al1806", 20180502, [(320_000, "10%")]),
        ("ru1809", 20180502, [(160_000, "12%")]),
        ("al2609", DAY, []),
        ("zn1806", 20180502, []),
    ],
)
def test_margin_by_open_interest(
    books: Books, code: str, day: int, steps: list[tuple[int, str]]
) -> None:
    """Two-sided lots and the least margin, in use to about 2018 (circulars of 2017 and 2018)."""
    row = parameters(books, code, day).open_interest_ladder
    assert [*zip(row.above, map(show_rate, row.margins_ppb), strict=True)] == steps


def test_position_limit_as_a_share_of_open_interest() -> None:
    assert position_limit_lots(8_000, parse_rate("10%"), 80_000, 79_999) == 8_000
    assert position_limit_lots(8_000, parse_rate("10%"), 80_000, 176_877) == 17_687
    assert position_limit_lots(None, 0, 0, 500) is None


@pytest.mark.parametrize(
    ("code", "day", "lots"),
    [("cu2609", 20260901, 5), ("cu2609", 20260831, 1), ("ni2609", 20260901, 6),
     ("nr2609", 20260901, 10), ("nr2304", 20230403, 1), ("fu2609", 20260828, 1)],
)  # fmt: skip
def test_multiples_in_the_delivery_month(books: Books, code: str, day: int, lots: int) -> None:
    assert parameters(books, code, day).multiple.lots == lots


@pytest.mark.parametrize(
    ("code", "day", "tick", "lot"),
    [
        ("ec2606", 20260508, "0.1", 50),
        ("ec2606", 20260511, "0.5", 50),
        ("au2006", 20191209, "0.05", 1000),
        ("au2006", 20191210, "0.02", 1000),
        ("bu2206", 20220315, "2", 10),
        ("bu2206", 20220316, "1", 10),
        ("fu1808", 20180601, "1", 50),
        ("fu1905", 20181102, "1", 10),
        ("nr2306", 20230505, "5", 10),
    ],
)
def test_terms_by_day(books: Books, code: str, day: int, tick: str, lot: int) -> None:
    found = parameters(books, code, day).terms
    assert (str(found.tick), found.lot_size) == (tick, lot)


def test_delivery_unit_of_tsr20_grew_in_may_2023(books: Books) -> None:
    found = [parameters(books, "nr2306", day).terms for day in (20230428, 20230504)]
    assert [terms.delivery_unit_lots for terms in found] == [1, 10]


def phases(books: Books, product: str, day: int) -> list[tuple[str, str]]:
    start = exchange_time_ns(day, 0)
    found = []
    for time in product_phases(books, product, day):
        minutes = (time.start_ns - start) // 60_000_000_000
        found.append((f"{minutes // 60 % 24:02d}:{minutes % 60:02d}", time.phase))
    return found


def test_phases_of_a_night_product(books: Books) -> None:
    assert phases(books, "cu", DAY) == [
        ("20:55", "auction_ordering"),
        ("20:59", "auction_balance"),
        ("20:59", "auction_match"),
        ("21:00", "continuous"),
        ("01:00", "no_trading"),
        ("08:55", "auction_ordering"),
        ("08:59", "auction_balance"),
        ("08:59", "auction_match"),
        ("09:00", "continuous"),
        ("10:15", "no_trading"),
        ("10:30", "continuous"),
        ("11:30", "no_trading"),
        ("13:30", "continuous"),
        ("15:00", "closed"),
    ]


@pytest.mark.parametrize(
    ("product", "day", "night", "first"),
    [
        ("cu", 20260224, "none", "08:55"),  # after Spring Festival
        ("cu", 20200303, "none", "08:55"),  # nights suspended
        ("cu", 20230525, "01:00", "20:55"),
        ("lu", 20200622, "none", "08:55"),  # its first day
        ("lu", 20200623, "23:00", "20:55"),
        ("au", 20130705, "none", "08:55"),
        ("au", 20130708, "02:30", "20:55"),
        ("rb", 20160429, "01:00", "20:55"),
        ("rb", 20160504, "23:00", "20:55"),
        ("wr", DAY, "none", "08:55"),
    ],
)
def test_night_sessions_by_day(
    books: Books, product: str, day: int, night: str, first: str
) -> None:
    assert night_end(books, product, day) == night
    assert phases(books, product, day)[0] == (first, "auction_ordering")


def test_no_second_auction_before_2023_05_26(books: Books) -> None:
    auctions = {
        day: sum(phase == "auction_match" for _, phase in phases(books, "cu", day))
        for day in (20230525, 20230526)
    }
    assert auctions == {20230525: 1, 20230526: 2}


def test_times_of_the_night_are_on_the_evening_before(books: Books) -> None:
    first = product_phases(books, "sc", 20260824)[0]  # Monday
    assert first.start_ns == exchange_time_ns(20260821, clock_seconds("20:55"))


@pytest.mark.parametrize(
    ("code", "day", "sentence"),
    [
        ("cu2608", DAY, "does not trade on 2026-08-21"),
        ("cu2609", 20260822, "is not a trading day"),
        ("zz2609", DAY, "no rulebook has a product"),
    ],
)
def test_a_wrong_question_is_one_sentence(books: Books, code: str, day: int, sentence: str) -> None:
    with pytest.raises(InputFault, match=sentence):
        parameters(books, code, day)
