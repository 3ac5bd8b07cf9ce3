"""The reader's process: it answers what takes reading or running whole days, one line at a time."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

import msgspec
import numpy as np

from huiguan.days.cleared import is_closed
from huiguan.days.explain import explain_command
from huiguan.days.statement import holder_of, statements_of
from huiguan.exchange.reports.rule_table import contract_line, rule_lines
from huiguan.exchange.reports.statements.text import statement_text
from huiguan.exchange.reports.statements.values import statement_json
from huiguan.exchange.rules.instruments import parse_contract
from huiguan.exchange.rules.parameters import parameters
from huiguan.floor.doors.json.days import Day, codes_of, read_day, root_of
from huiguan.floor.doors.json.http import answers
from huiguan.floor.doors.json.http.explained import explained, is_own
from huiguan.floor.doors.json.http.today import History, orders_of, trades_of
from huiguan.floor.hall.clock import exchange_words
from huiguan.floor.hall.keys import KeyRight, Keys
from huiguan.floor.hall.operator import Request
from huiguan.floor.hall.settings import read_settings, rulebook_folders
from huiguan.foundation.faults import Fault, InputFault
from huiguan.storage.lock import holder
from huiguan.storage.market.rulebooks.load import load_books

if TYPE_CHECKING:
    from pathlib import Path

    from huiguan.exchange.evening.statements import Statements
    from huiguan.exchange.rules.rows import Books

NICER = 5  # lower priority than door and floor
NOT_FOUND, NOT_YOURS = 404, 403
Given = dict[str, Any]


class Kept(NamedTuple):
    """What was read last, and what made it."""

    root: Path
    version: int
    found: Any


class Reader:
    """Answers questions about days on disk; keeps what was read last."""

    def __init__(self, folder: Path) -> None:
        """Take the folder of a hall."""
        self._folder = folder
        self._books: Books | None = None
        self._books_of: list[Path] = []
        self._statements: Kept | None = None
        self._history: tuple[Day, History] | None = None
        self.does = {
            "trades": self.trades,
            "orders": self.orders,
            "statement": self.statement,
            "rules": self.rules,
            "explain": self.explain,
        }

    def answer(self, line: bytes) -> bytes:
        """Return the answer to one line."""
        request = msgspec.json.decode(line, type=Request)
        try:
            return msgspec.json.encode({"good": self.does[request.do](request.with_)})
        except PermissionError as fault:
            return msgspec.json.encode({"fault": str(fault), "status": NOT_YOURS})
        except Fault as fault:
            return msgspec.json.encode({"fault": str(fault), "status": NOT_FOUND})

    def books(self) -> Books:
        """Return the rulebooks of the hall, read once for each of its circulars."""
        folders = rulebook_folders(self._folder, read_settings(self._folder))
        if self._books is None or folders != self._books_of:
            self._books, self._books_of = load_books(*folders), folders
        return self._books

    # today

    def trades(self, given: Given) -> answers.Trades:
        """Return the trades of trading codes up to a command."""
        day, history, codes = self._today(given)
        told = trades_of(day.names, history.happened(codes), codes)
        return answers.Trades(*stamp(given), told)

    def orders(self, given: Given) -> answers.DayOrders:
        """Return the orders of trading codes up to a command, whatever became of them."""
        day, history, codes = self._today(given)
        return answers.DayOrders(*stamp(given), orders_of(day.names, history.happened(codes)))

    def _today(self, given: Given) -> tuple[Day, History, np.ndarray]:
        """Return the day, its history up to the command asked for, and a mask of the codes."""
        trading_day = given["trading_day"]
        if self._history is None or self._history[0].names.trading_day != trading_day:
            self._history = None
            day = read_day(self._folder, trading_day)
            self._history = day, History(day.root, day.image, self._readable(day))
        day, history = self._history
        codes = mask(day, given["codes"])
        if (codes & ~history.readable).any():  # a key was made meanwhile
            history = History(day.root, day.image, self._readable(day) | codes)
            self._history = day, history
        history.catch_up(given["sequence"])
        return day, history, codes

    def _readable(self, day: Day) -> np.ndarray:
        """Return for each trading code whether any key may read it."""
        keys = [key for key in Keys.read(self._folder) if key.may(KeyRight.READ)]
        return mask(day, [code for key in keys for code in codes_of(key, day)])

    # days on disk

    def statement(self, given: Given) -> answers.Statement:
        """Return the statement of a trading code of a closed day."""
        found = self._statements_of(root_of(self._folder, given["day"]))
        code = given["code"]
        told, who = found.statement(code), holder_of(code, found.day)
        text = statement_text(who, told).replace("\r\n", "\n")
        return answers.Statement(found.day, code, text, statement_json(who, told))

    def _statements_of(self, root: Path) -> Statements:
        if not is_closed(root):
            raise InputFault(f"trading day {root.name} is not closed yet, so it has no statement")
        if writing := holder(root):
            raise InputFault(f"trading day {root.name} is being written by {writing}; ask again")
        version = (root / "result" / "result.json").stat().st_mtime_ns
        if self._statements is None or self._statements[:2] != (root, version):
            self._statements = Kept(root, version, statements_of(root, self.books()))
        found: Statements = self._statements.found
        return found

    def rules(self, given: Given) -> answers.Rules:
        """Return the rules behind a contract on a day."""
        books, code, day = self.books(), given["contract"], given["trading_day"]
        product, _ = parse_contract(books, code)
        return answers.Rules(
            contract=code,
            trading_day=day,
            digest=books.digest,
            in_force=msgspec.to_builtins(contract_line(parameters(books, code, day))),
            rules=[msgspec.to_builtins(line) for line in rule_lines(books, product, day, [code])],
        )

    def explain(self, given: Given) -> answers.Explained:
        """Return why a command of one's own had its outcome."""
        own = set(given["codes"])
        found = explain_command(root_of(self._folder, given["day"]), given["sequence"])
        if not is_own(found, given["session"], own):
            raise PermissionError(f"command {given['sequence']:,} is not yours")
        return explained(found, own)


def mask(day: Day, codes: list[str]) -> np.ndarray:
    """Return for each trading code of a day (and for nobody's, the last) whether it is meant."""
    found = np.zeros(len(day.names.codes) + 1, bool)
    found[[day.names.code_rows[code] for code in codes]] = True
    return found


def stamp(given: Given) -> tuple[int, int, str]:
    """Return day, sequence and time of an answer."""
    return given["trading_day"], given["sequence"], exchange_words(given["time_ns"])


def serve_reader(folder: Path, asks: BinaryIO, answers_to: BinaryIO) -> None:
    """Answer line by line until there are no more."""
    os.nice(NICER)
    reader = Reader(folder)
    for line in asks:
        answers_to.write(reader.answer(line) + b"\n")
        answers_to.flush()
