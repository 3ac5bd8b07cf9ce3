"""Collateral, dollars, dated figures, interest: decided by two, valued by rules, in mornings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.db import DatabaseError, transaction
from msgspec.structs import replace

from huiguan.exchange.evening.decided.pools import pools_of_evening, pools_of_morning
from huiguan.foundation.faults import InputFault
from huiguan.office.display.here import shown
from huiguan.storage.files import Files
from huiguan.storage.market.day_folder import DayFolder
from huiguan.storage.market.day_image import write_image
from huiguan.storage.market.opening import Opening, opening_bytes
from tests.evenings import evening, opened, people_image
from tests.markets import books
from tests.office.test_people_pages import text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.office.peopled import Office

POOL, DAY, NEXT = "0001/clients", 20260821, 20260824
YUAN = 100  # fen
# cu2610 settled at 106,860 and is the nearest month; 10 lots are held long at 11 %
MARGIN = 58_773_000
READ = {"day": "2026-08-20", "source": "a bulletin"}


class Hall:
    """A market's door as the ledger meets it: it keeps instructions, and a day may turn."""

    def __init__(self) -> None:
        self.day, self.kept, self.refuses = DAY, {}, ""  # type: ignore[var-annotated]

    def trading_day(self) -> int:
        """Return where it stands."""
        return self.day

    def instruct(self, on: int, row: Mapping[str, Any]) -> None:
        """Keep an instruction once."""
        if self.refuses or on != self.day:
            raise InputFault(self.refuses or "another day")
        self.kept[row["reference"]] = dict(row)


@pytest.fixture
def days(office: Office) -> Path:
    """Return the days of a market in its first one, which the ledger has met."""
    from huiguan.office.ledger.booking.evenings import meet

    root = office.folder / "days"
    image = people_image()
    image.pools["margin_fen"] = [MARGIN if one["house"] == 0 else 0 for one in image.pools]
    write_image(DayFolder(root / str(DAY)).image, image, Files())
    shown().follower.places = replace(shown().follower.places, days=root)
    meet(image=image, is_first=True)
    return root


def do(office: Office, action: str, subject: str, **after: str) -> Any:
    """Let two clerks of the clearing do something."""
    from huiguan.office.people import proposals
    from huiguan.office.people.roles import Action

    made = proposals.propose(
        maker=office["clearing-clerk"], action=Action(action), subject=subject, after=after,
        why="asked by the member",
    )  # fmt: skip
    proposals.approve(checker=office["supervisor"], number=made.pk)
    return made


def lodge(office: Office, kind: str, name: str, quantity: str, **more: str) -> Any:
    """Lodge something for the clients of member 0001."""
    given = {"kind": kind, "name": name, "quantity": quantity, **more}
    return do(office, "lodge collateral", POOL, **given)


def orders() -> list[tuple[str, int, str]]:
    """Return the ledger's orders: kind, amount, stage."""
    from huiguan.office.ledger.models import OpeningOrder

    rows = OpeningOrder.objects.order_by("pk").values_list("kind", "amount_fen", "stage")
    return list(rows)


def test_collateral_is_lodged_valued_and_given_to_a_morning(office: Office, days: Path) -> None:
    """Warrants at the nearest month, a bond at its valuation, dollars at parity and 95 %."""
    from huiguan.office.ledger.collateral.keeping import keep, morning
    from huiguan.office.ledger.collateral.orders import Messenger, instruction_of
    from huiguan.office.ledger.models import CollateralMove, OpeningOrder
    from huiguan.office.people import record

    with pytest.raises(InputFault, match="nobody has set a figure for it"):
        lodge(office, "treasury bond", "019547", "100000.00", last_day="2036-01-01")
    do(office, "set dated figure", "bond 019547", value="100.90", **READ)
    do(office, "set dated figure", "USD", value="7.1000", **READ)
    lodge(office, "standard warrant", "cu", "1")
    lodge(office, "treasury bond", "019547", "100,000.00", last_day="2036-01-01")
    lodge(office, "currency", "USD", "10000.00")
    assert keep(days) == 1
    # 106,860 x 5 t = 534,300.00; 100,000 x 100.90 % = 100,900.00: together 635,200.00
    # 10,000 x 7.1 x 0.95 = 67,450.00, standing at / 0.8 = 84,312.50
    lodged = 63_520_000 + 8_431_250
    assert orders() == [("SetCollateral", lodged, "waiting")]
    assert keep(days) == 0
    order = OpeningOrder.objects.get()
    assert order.reason == (
        "warrants and bonds 635,200.00, dollars 67,450.00 yuan by the figures of 2026-08-21"
    )
    # the image: usable 80 % = 508,160.00 + 67,450.00, within 4 x cash and the margin of 587,730.00
    tomorrow = opened(instruction_of(order)).image
    place = [one["member"] == 0 and one["house"] == 0 for one in tomorrow.pools].index(True)
    assert tomorrow.pools["usable_fen"][place] == 57_561_000
    # to the hall: refused, kept once, followed by the next morning
    hall = Hall()
    messenger = Messenger(days, hall)  # type: ignore[arg-type]
    hall.refuses = "the hall is turning its day"
    before = record.check()[0]
    assert [messenger.go() for _ in range(3)] == [0, 0, 0]
    assert OpeningOrder.objects.get().said == "the hall is turning its day"
    assert record.check()[0] == before + 2  # asked, and why not: said once, however often
    hall.refuses = ""
    assert (messenger.go(), messenger.go()) == (1, 0)
    assert orders() == [("SetCollateral", lodged, "kept")]
    (row,) = hall.kept.values()
    assert (row["member"], row["house"], row["value"]) == ("0001", False, "719512.50")
    after = Opening(source="", instructions=[instruction_of(order)], forced_closes=[])
    write_image(DayFolder(days / str(NEXT)).image, tomorrow, Files())
    (days / str(NEXT) / "opening.json").write_bytes(opening_bytes(after))
    hall.day = NEXT
    assert (messenger.go(), messenger.go()) == (1, 0)
    assert orders() == [("SetCollateral", lodged, "followed")]
    assert morning(days).pools[POOL].collateral_fen == lodged  # type: ignore[union-attr]
    # past every service: what was lodged stays
    for change in (
        lambda: CollateralMove.objects.update(quantity=2),
        lambda: CollateralMove.objects.all().delete(),
        lambda: OpeningOrder.objects.update(amount_fen=1),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_collateral_goes_back_when_cash_takes_its_place(office: Office, days: Path) -> None:
    """Cash 10,000,000, margin 587,730, minimum 2,000,000: all of it may go; less cash, and not."""
    from huiguan.office.ledger.collateral import keeping

    lodge(office, "standard warrant", "cu", "100")
    with pytest.raises(InputFault, match="has not lodged standard warrant cu 101"):
        do(office, "release collateral", POOL, kind="standard warrant", name="cu", quantity="101")
    found = keeping.morning(days)
    assert found
    stands = found.pools[POOL]
    # 100 lots are worth 53,430,000: 80 % = 42,744,000, 4 x cash = 40,000,000, margin 587,730
    assert stands.usable_of(5_343_000_000) == MARGIN
    assert stands.withdrawable_fen == 10**9 - MARGIN - 200_000_000
    poor = stands._replace(cash_fen=200_000_000 + MARGIN - 1)
    found.pools[POOL] = poor
    with pytest.raises(InputFault, match="cash has to take its place first"):
        do(office, "release collateral", POOL, kind="standard warrant", name="cu", quantity="100")
    found.pools[POOL] = poor._replace(cash_fen=poor.cash_fen + 1)
    do(office, "release collateral", POOL, kind="standard warrant", name="cu", quantity="100")
    assert keeping.keep(days) == 0  # the hall never heard of it


def test_what_is_no_collateral_is_refused_in_words(office: Office, days: Path) -> None:
    assert days.exists()
    for given, said in (
        (("cash", "cu", "1"), "collateral is a standard warrant"),
        (("standard warrant", "xx", "1"), "'xx' is no product that trades today"),
        (("standard warrant", "cu", "1.5"), "warrants count in whole lots"),
        (("currency", "EUR", "1.00"), "US dollars alone are taken"),
        (("currency", "USD", "1.00"), "nobody has set a figure for it"),
        (("currency", "USD", "0.00"), "a quantity of nothing"),
    ):
        with pytest.raises(InputFault, match=said):
            lodge(office, *given)
    with pytest.raises(InputFault, match="its last day has come"):
        lodge(office, "standard warrant", "cu", "1", last_day="2026-08-24")
    with pytest.raises(InputFault, match="there is no pool '0009/clients' today"):
        do(office, "lodge collateral", "0009/clients", kind="currency", name="USD", quantity="1")
    for name, value, said in (
        ("EUR", "8", "'EUR' is no figure of the ledger"),
        ("USD", "7.1%", "write it like 7.1066"),
        ("USD", "0.0000001", "it has six decimals at most"),
        ("deposit interest", "0.35", "write it like 0.35%"),
    ):
        with pytest.raises(InputFault, match=said):
            do(office, "set dated figure", name, value=value, **READ)
    with pytest.raises(InputFault, match="a figure without a source is none"):
        do(office, "set dated figure", "USD", value="7.1", day="2026-08-20")


def test_dollars_are_exchanged_and_interest_is_paid_once(office: Office, days: Path) -> None:
    """7.1066 for a dollar; 0.35 % on what pools held over the quarter that has ended."""
    from huiguan.office.ledger import proof
    from huiguan.office.ledger.booking.evenings import meet
    from huiguan.office.ledger.collateral.keeping import keep
    from huiguan.office.ledger.models import InterestPaid, OpeningOrder
    from huiguan.office.people import record

    do(office, "set dated figure", "USD", value="7.2", **READ)
    do(office, "set dated figure", "USD", value="7.1066", **READ)  # the last that was set holds
    lodge(office, "currency", "USD", "1000.00")
    with pytest.raises(InputFault, match=r"has not lodged 1,000\.01 USD"):
        do(office, "exchange currency", POOL, amount="1000.01")
    do(office, "exchange currency", POOL, amount="333.33")
    # 333.33 x 7.1066 = 2,368.8430 down; left 666.67 x 7.1066 x .95 = 4,500.86 down, / 0.8
    assert orders() == [("MoveMemberMoney", 236_884, "waiting")]
    assert OpeningOrder.objects.get().reason == "333.33 USD exchanged at 7.1066"
    assert keep(days) == 1
    assert orders()[1] == ("SetCollateral", 562_607, "waiting")
    do(office, "set dated figure", "deposit interest", value="0.35%", day="2012-07-06",
       source="the central bank's rate for demand deposits")  # fmt: skip
    assert keep(days) == 0  # the quarter to the 20th of June was before the ledger
    autumn = people_image()
    autumn = autumn._replace(settings=type(autumn.settings)(trading_day=20260921))
    write_image(DayFolder(days / "20260921").image, autumn, Files())
    meet(image=autumn, is_first=False)
    assert keep(days) >= 4
    assert keep(days) == 0
    proof.check()
    record.check()
    paid = InterestPaid.objects.get(book__name=POOL)
    # 10,000,000 from 21 August to 20 September: 31 days; x 0.35 % / 360 = 3,013.888...
    assert (paid.first_day, paid.last_day) == (20260621, 20260920)
    assert (paid.yuan_days, paid.amount_fen) == (310_000_000, 301_389)
    assert paid.order.reason == (
        "interest 2026-06-21 to 2026-09-20: 310,000,000 yuan x days x 0.35% / 360"
    )


def test_the_pages_of_collateral(office: Office, days: Path) -> None:
    """A clerk proposes by the pages alone, a supervisor approves; both languages say it."""
    from huiguan.office.ledger.collateral.keeping import keep
    from huiguan.office.ledger.models import LedgerBook

    clerk, place = office.browser("clearing-clerk"), "/ledger/collateral"
    asked = {"name": "USD", "value": "7.1", "day": "2026-08-20", "source": "a bulletin", "why": "x"}
    wrong = clerk.post(place, {**asked, "value": "7.1%"})
    assert (wrong.status_code, "write it like 7.1066" in text(wrong)) == (422, True)
    made = clerk.post(place, asked)
    supervisor = office.browser("supervisor")
    assert supervisor.post(made.headers["Location"], {"do": "approve"}).status_code == 200
    assert "a bulletin" in text(supervisor.get(place))
    pool = f"{place}/{LedgerBook.objects.get(name=POOL).pk}"
    assert "Nothing is lodged." in text(clerk.get(pool))
    asked = {"do": "lodge collateral", "kind": "currency", "name": "USD", "why": "x"}
    made = clerk.post(pool, {**asked, "quantity": "100.00"})
    read = text(supervisor.get(made.headers["Location"]))
    assert "collateral: USD" in read, "who approves reads what is lodged"
    supervisor.post(made.headers["Location"], {"do": "approve"})
    keep(days)
    page = text(clerk.get(pool))
    for words in ("100.00", "7.1", "674.50", "4 × 10,000,000.00 = 40,000,000.00", "587,730.00",
                  "7,412,270.00", "exchange currency", "waits for the market"):  # fmt: skip
        assert words in page, words
    assert "release collateral" not in text(supervisor.get(pool))
    chinese = text(office.browser("clearing-clerk", "zh").get(pool))
    assert "可出金" in chinese
    assert "can be taken out" not in chinese
    assert clerk.get(f"{place}/999").status_code == 404


def test_a_pool_takes_out_what_the_rule_lets_it(
    office: Office, days: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """10,000,000 - 587,730 - 2,000,000 = 7,412,270.00; what is to go already counts."""
    from huiguan.office.days import floor
    from huiguan.office.days.deeds import decisions

    kept = {"trading_day": DAY, "version": 0, "close": [], "opening": []}
    monkeypatch.setattr(floor, "ask", lambda *_, **__: kept)
    monkeypatch.setattr(floor, "days_folder", lambda: days)
    subject = f"pool {POOL}"
    assert decisions.want_pool_money(subject, {"amount": "-7412270.00"})
    with pytest.raises(InputFault, match=r"7,412,270\.00 yuan at most by the clearing rules"):
        decisions.want_pool_money(subject, {"amount": "-7412270.01"})
    out = {"type": "MoveMemberMoney", "member": "0001", "house": False, "amount": "-7412269.00"}
    kept["opening"] = [{**out, "maker": "1", "checker": "2", "reference": "R"}]
    assert decisions.want_pool_money(subject, {"amount": "-1.00"})
    with pytest.raises(InputFault, match=r"can take out 1\.00 yuan at most"):
        decisions.want_pool_money(subject, {"amount": "-1.01"})
    assert decisions.want_pool_money(subject, {"amount": "1.00"})
    assert office.folder in days.parents


def test_what_may_be_taken_out_of_every_pool() -> None:
    """By ``withdrawable``: 10,000,000 cash and no margin, 2,000,000 stay with a futures firm.

    In the evening the clients that hold 10 lots have a margin of 587,730.
    """
    evening_of = pools_of_evening(*evening(), books())
    assert evening_of[POOL].withdrawable_fen == 10**9 - MARGIN - 200_000_000
    assert evening_of["0001/house"].withdrawable_fen == 8_000_000 * YUAN
    found = pools_of_morning(people_image(), books())
    assert {name: one.withdrawable_fen for name, one in found.items()} == dict.fromkeys(
        ("0001/clients", "0001/house", "0002/clients", "0002/house"), 8_000_000 * YUAN
    )
