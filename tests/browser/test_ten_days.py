"""Ten trading days by two persons in a real browser: what comes up in a hall, and every evening.

Each evening every book sums to zero, and image + commands = ledger at ten random sequences of the
day: a hundred in total. The days are those around 15 September 2026, when cu2609 ends and cu2709
is listed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from huiguan.days.moved import last_sequence
from huiguan.exchange.evening.day_postings import pool_name
from huiguan.floor.hall.serve import current_day
from huiguan.foundation.arithmetic import show_fen
from huiguan.office.config.place import OFFICE_NAME
from huiguan.storage.market.day_image import read_image
from huiguan.storage.market.day_result import read_result
from huiguan.storage.market.opening import read_opening
from tests.browser.test_four_eyes import sign_in
from tests.browser.two_persons import DONE, TwoPersons, trade
from tests.halls import RunningHall, running_hall

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.browser.conftest import Open

DAYS = (20260909, 20260910, 20260911, 20260914, 20260915, 20260916, 20260917, 20260918, 20260921)
LAST = 20260922
PART_FEN = 500_000_000  # of a margin call that is answered on its evening
SEQUENCES, SEED = 10, 20260909
BOOK, CODE = "0001/clients", "000190000001"  # of the trader


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[RunningHall]:
    """Run copper without a crowd, turned by hand, from the evening before 9 September."""
    with running_hall(tmp_path / "hall", clock="2026-09-08T20:58", days="hand") as found:
        found.make_people()
        found.start("office", OFFICE_NAME)
        found.open()
        yield found


class TenDays:
    """What the two persons do on each of the days, by its number."""

    def __init__(self, two: TwoPersons, visit: Open) -> None:
        self.two, self.hall, self.visit = two, two.hall, visit
        self.chance = np.random.default_rng(SEED)
        self.proved = 0

    @property
    def root(self) -> Path:
        return current_day(self.hall.folder)

    def day(self, number: int) -> None:
        """Do what is done on a day, and its evening."""
        day = int(self.root.name)
        assert day == (*DAYS, LAST)[number - 1]
        getattr(self, f"day_{number}", lambda: trade(self.hall, "106000"))()
        self.two.end_trading()
        page = self.two.until("/day-end", "the evening is booked in the ledger done")
        assert "every book sums to zero, positions are those of the market done" in page
        assert "the day is recorded in the database done" in page
        getattr(self, f"evening_{number}", lambda: None)()
        newest = last_sequence(self.root)
        sequences = self.chance.integers(0, newest, SEQUENCES, endpoint=True).tolist()
        self.two.prove(day, sequences)
        self.proved += len(sequences)

    def day_1(self) -> None:
        """Money from a bank's file; a halt and its end; a settlement price before the close."""
        self.number, self.account = self.two.account(BOOK, CODE)
        self.two.pay_in(self.number, "2026-09-09", "25000.00", f"for {CODE}", "first")
        for do in ("halt trading", "resume trading"):
            halt = {
                "m0__do": do,
                "m0__kind": "product",
                "m0__name": "cu",
                "m0__why": "a wild price",
            }
            self.two.agree("/live-day", "Halt", DONE, **halt)
        trade(self.hall, "107000")
        price = {"price__contract": "cu2611", "price__price": "106800", "price__why": "no trade"}
        self.two.agree("/day-end", "Decide a settlement price", DONE, **price)

    def evening_1(self) -> None:
        assert "by decision 1" in self.two.read("/day-end")

    def day_2(self) -> None:
        """Issue a circular: from the 16th copper has 14 % margin; its shadow run is shown."""
        trade(self.hall, "107010")
        given = {
            "c0__product": "cu", "c0__from_day": "2026-09-16", "c0__limit": "12%",
            "c0__hedge": "13%", "c0__general": "14%", "c0__title": "Copper", "c0__chinese": "铜",
        }  # fmt: skip
        self.two.send("/rule-desk?kind=0", "", **given)
        draft = self.two.maker.url.removeprefix(self.two.root)
        self.two.maker.wait_for_selector("[name=why]", timeout=60_000)
        self.two.agree(draft, "", why="copper moves far")
        self.two.until("/circulars", "Copper")

    def day_3(self) -> None:
        """Withdraw: reserved, taken from the floor, paid by a file."""
        trade(self.hall, "107000")
        out = {"amount": "5000.00", "payee": "a trader", "account": "CN-1234", "why": "asked for"}
        self.two.agree(self.account, "", **out)
        self.two.until(self.account, "has crossed")
        assert "5,000.00" in self.two.read("/ledger/payments")

    def day_4(self) -> None:
        """Stop by one person, lift by the other; then a price far below makes margin calls."""
        stop = {"stop__kind": "contract", "stop__name": "cu2612", "stop__why": "a wild price"}
        self.two.send("/live-day", "Stop it now", **stop)
        assert self.hall.ask("read switches")["halted"] == ["cu2612"]
        checker = self.two.checker
        checker.goto(f"{self.two.root}/live-day")
        section = checker.locator("section.summary")
        section.locator("select").select_option("lift")
        section.locator("input[name$=why]").fill("nothing was wrong")
        section.locator("button").click()
        assert self.hall.ask("read switches")["halted"] == []
        trade(self.hall, "99000")

    def evening_4(self) -> None:
        """Find a margin call; the member answers a part of it, and will be liquidated."""
        image, result = read_image(self.root / "image"), read_result(self.root / "result").result
        pool = int(np.argmax(result.pools["call_fen"]))
        self.called = pool_name(image, pool)
        self.left_fen = int(result.pools["call_fen"][pool]) - PART_FEN
        assert self.left_fen > 0
        self.pay(PART_FEN)

    def pay(self, amount_fen: int) -> None:
        """Let the called member pay in at the next opening."""
        given = {"pool__pool": self.called, "pool__amount": show_fen(amount_fen)}
        self.two.agree("/day-end", "Money of a member", DONE, **given, pool__why="it was called")

    def day_5(self) -> None:
        """See what is closed by force today on the page, all of the member that was called."""
        opening = read_opening(self.root)
        member = self.called[:4]
        assert opening.forced_closes
        assert {row.trading_code[:4] for row in opening.forced_closes} == {member}
        page = self.two.until("/day-start", "Closed by force today")
        assert opening.forced_closes[0].trading_code in page
        trade(self.hall, "99000")

    def evening_5(self) -> None:
        """Set the first price of cu2709, which is listed tomorrow."""
        price = {"first__contract": "cu2709", "first__price": "99500", "first__why": "like cu2708"}
        self.two.agree("/day-end", "First price", DONE, **price)
        self.pay(self.left_fen)

    def day_6(self) -> None:
        """Find the new contract listed at its price, and the circular in force."""
        image = read_image(self.root / "image")
        row = image.names.instruments.index("cu2709")
        assert image.instruments["previous_settlement_ticks"][row] == 9_950
        assert image.contract_states["general_ppb"][1] == 140_000_000
        trade(self.hall, "100500")

    def evening_7(self) -> None:
        """Correct the day: a second version, which the ledger books in place of the first."""
        given = {
            "correct__contract": "cu2611",
            "correct__price": "99900",
            "correct__why": "an error",
        }
        self.two.agree("/day-end", "Correct the result", DONE, **given)
        self.two.until(f"/days/{self.root.name}", "version 2")
        self.two.until("/day-end", "the evening is booked in the ledger done version 2")

    def day_10(self) -> None:
        """Read the statement of yesterday as the trader."""
        trade(self.hall, "106000")
        trader, said = self.visit("/sign-in", "en", 1440, script=False)
        sign_in(trader, "trader", self.hall.passwords["trader"])
        trader.goto(f"{self.two.root}/trade/statement")
        assert CODE in trader.inner_text("main")
        assert said == []


def test_ten_days_by_two_persons(visit: Open, hall: RunningHall) -> None:
    two = TwoPersons(visit, hall)
    ten = TenDays(two, visit)
    two.begin()
    for number in range(1, len(DAYS) + 2):
        ten.day(number)
        if number <= len(DAYS):
            two.turn()
    assert ten.proved == 100
    assert two.read("/days").count("2026-09-") >= 10
    assert two.said == []
