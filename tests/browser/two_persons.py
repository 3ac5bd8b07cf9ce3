"""Two persons of an office in two browsers: one proposes by a form, the other approves."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import msgspec

from tests.browser.test_four_eyes import sign_in
from tests.live.test_incidents import step_of, wait_until

if TYPE_CHECKING:
    from tests.browser.conftest import Open
    from tests.halls import RunningHall

BANK_HEAD = "account,date,amount,words,bank reference\n"
CONTINUOUS = "CONTINUOUS"
DONE = "done by the market"


class TwoPersons:
    """A clearing clerk who proposes and a supervisor who approves, at the pages of a hall."""

    def __init__(self, visit: Open, hall: RunningHall) -> None:
        """Sign both in; the console of neither may say anything."""
        self.hall = hall
        self.maker, self.said = visit("/sign-in", "en", 1440, script=False)
        sign_in(self.maker, "clearing-clerk", hall.passwords["clearing-clerk"])
        self.root = self.maker.url.rsplit("/", 1)[0]
        self.checker, said = visit("/sign-in", "en", 1440, script=False)
        sign_in(self.checker, "supervisor", hall.passwords["supervisor"])
        self.said += said

    def read(self, path: str) -> str:
        """Return what a page says to the clerk."""
        self.maker.goto(self.root + path)
        return " ".join(self.maker.inner_text("main").split())

    def until(self, path: str, words: str) -> str:
        """Load a page until it says something; return all it says."""
        wait_until(lambda: words in self.read(path))
        return self.read(path)

    def send(self, path: str, button: str, **fields: str) -> None:
        """Fill the fields of a page by their names and press the button with these words."""
        self.maker.goto(self.root + path)
        for name, value in fields.items():
            field = self.maker.locator(f"[name={name.replace('__', '-')}]")
            if field.evaluate("one => one.tagName") == "SELECT":
                field.select_option(value)
            else:
                field.fill(value)
        self.maker.locator("form.sheet button", has_text=button).first.click()

    def agree(self, path: str, button: str, until: str = "", **fields: str) -> str:
        """Propose by a form and approve it; wait until the proposal's page says ``until``."""
        self.send(path, button, **fields)
        where = self.maker.url
        assert re.search(r"/proposals/\d+$", where), self.maker.inner_text("main")
        self.checker.goto(where)
        self.checker.locator("form.sheet button").first.click()
        self.checker.wait_for_selector(".done")
        return self.until(where.removeprefix(self.root), until)

    def pay_in(self, number: str, day: str, amount: str, words: str, reference: str) -> None:
        """Load a statement of a bank with one line, and wait until its money has crossed."""
        row = f"{number},{day},{amount},{words},{reference}\n"
        self.maker.goto(f"{self.root}/ledger/bank")
        file = {"name": "a.csv", "mimeType": "text/csv", "buffer": (BANK_HEAD + row).encode()}
        self.maker.set_input_files("[name=file]", file)
        self.maker.click("main form.sheet button")
        self.maker.click("main form.sheet button")
        self.until(self.maker.url.removeprefix(self.root), "has crossed")

    def account(self, book: str, code: str) -> tuple[str, str]:
        """Return the bank's number of a book and the address of the account of a trading code."""
        self.maker.goto(f"{self.root}/ledger")
        self.maker.locator("main tbody a", has_text=book).first.click()
        number = self.maker.inner_text("h1").split()[-1]
        link = self.maker.locator("main tbody th a", has_text=code).get_attribute("href")
        assert link
        return number, link

    def end_trading(self) -> None:
        """Step the clock until trading is over, and wait until the day is closed."""
        while step_of(self.hall) == "trading":
            self.hall.ask("step")
        wait_until(lambda: step_of(self.hall) == "waiting")

    def turn(self) -> None:
        """Open the next day, by two persons."""
        self.agree("/day-end", "Propose to open the next day", DONE, why="all is reconciled")
        wait_until(lambda: step_of(self.hall) == "trading")
        self.begin()

    def begin(self) -> None:
        """Step the clock until orders trade at once."""
        while set(self.hall.ask("status")["phases"].values()) != {CONTINUOUS}:
            self.hall.ask("step")

    def prove(self, day: int, sequences: list[int]) -> None:
        """Prove the ledger by itself, and image + commands = ledger at sequences of a day."""
        self.maker.goto(f"{self.root}/ledger/proof?self")
        assert "that each sum to zero" in self.maker.inner_text("main .done")
        for sequence in sequences:
            self.maker.goto(f"{self.root}/ledger/proof?day={day}&sequence={sequence}")
            assert "are equal on both sides" in self.maker.inner_text("main .done"), sequence


def place(hall: RunningHall, **order: Any) -> None:
    """Enter an order of the trader at the JSON door."""
    body = msgspec.json.encode(order)
    wait_until(lambda: hall.http("POST", "/v1/orders", body=body).status == 200)


def trade(hall: RunningHall, price: str, lots: int = 1) -> None:
    """Let the trader buy from itself at a price, which is the settlement price of that day."""
    for side in ("buy", "sell"):
        place(hall, contract="cu2610", side=side, price=price, lots=lots)
