"""Queries about days on disk: which there are, statements, rules, why a command had its outcome.

Each reads or runs again a whole day, so one is answered at a time, in a thread beside the door's
loop; the floor does not know of it.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
from starlette.responses import PlainTextResponse

from huiguan.days.cleared import is_closed
from huiguan.days.explain import ExplainedCommand, explain_command
from huiguan.days.hashes import HASHES_NAME
from huiguan.days.statement import holder_of, statements_of
from huiguan.exchange.messages import EnterOrder, Message, TradeExecuted
from huiguan.exchange.reports.command_words import (
    article_words,
    fields_words,
    order_words,
    show_figures,
)
from huiguan.exchange.reports.rule_table import contract_line, rule_lines
from huiguan.exchange.reports.statement import statement_text
from huiguan.exchange.reports.statement_json import statement_json
from huiguan.exchange.rules.instruments import parse_contract
from huiguan.exchange.rules.parameters import parameters
from huiguan.floor.clock import exchange_words
from huiguan.floor.doors.json.http import answers
from huiguan.floor.doors.json.http.access import Wrong, answered
from huiguan.floor.doors.json.names import NOBODY, DayNames
from huiguan.floor.doors.json.protocol import EVENTS
from huiguan.floor.keys import KeyRight
from huiguan.foundation.faults import Fault, InputFault
from huiguan.storage.lock import holder

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from starlette.requests import Request
    from starlette.responses import Response

    from huiguan.exchange.evening.statements import Statements
    from huiguan.floor.doors.json.door import Day
    from huiguan.floor.doors.json.http.access import Asker
    from huiguan.floor.doors.json.http.service import Service

MOST_WAITING = 8
Found = TypeVar("Found")


class Archive:
    """Work on days on disk, one piece at a time."""

    def __init__(self) -> None:
        """Begin idle."""
        self._one = asyncio.Lock()
        self._waiting = 0
        self._statements: tuple[Path, int, Statements] | None = None

    async def work(self, do: Callable[[], Found]) -> Found:
        """Return what ``do`` finds in a thread; a fault of what was asked is a 404."""
        if self._waiting >= MOST_WAITING:
            raise Wrong(503, f"{self._waiting} such questions wait already", Retry_After="2")
        self._waiting += 1
        try:
            async with self._one:
                return await asyncio.to_thread(do)
        except Fault as fault:
            raise Wrong(404, str(fault)) from None
        finally:
            self._waiting -= 1

    def statements(self, service: Service, root: Path) -> Statements:
        """Return the statements of a closed day; those of the last day that was asked are kept."""
        if not is_closed(root):
            raise InputFault(f"trading day {root.name} is not closed yet, so it has no statement")
        if writing := holder(root):
            raise InputFault(f"trading day {root.name} is being written by {writing}; ask again")
        version = (root / "result" / "result.json").stat().st_mtime_ns
        if self._statements is None or self._statements[:2] != (root, version):
            self._statements = (root, version, statements_of(root, service.door.books()))
        return self._statements[2]


def state_of(root: Path) -> str:
    """Return how far a day is."""
    if is_closed(root):
        return "closed"
    return "over" if (root / HASHES_NAME).exists() else "running"


async def days(service: Service, request: Request) -> Response:
    """Answer which days there are."""
    await service.access.asker(request, KeyRight.READ)
    found = service.door.past_days()
    lines = [answers.DayLine(int(root.name), state_of(root)) for root in found]  # type: ignore[arg-type]
    return answered(answers.Days(lines))


async def statement(service: Service, request: Request) -> Response:
    """Answer the settlement statement of a closed day; ``?format=text`` as a counter prints it."""
    asker = await service.access.asker(request, KeyRight.READ)
    if len(asker.codes) != 1:
        raise Wrong(400, "name one of your trading codes: ?code=...; /v1/account lists them")
    form = request.query_params.get("format", "json")
    if form not in ("json", "text"):
        raise Wrong(400, f"format is json or text, not {form!r}")
    (code,) = asker.codes
    asked = request.path_params["day"]

    def find() -> answers.Statement:
        found = service.archive.statements(service, service.door.root_of(asked))
        day, who = found.statement(code), holder_of(code, found.day)
        text = statement_text(who, day).replace("\r\n", "\n")
        return answers.Statement(found.day, code, text, statement_json(who, day))

    told = await service.archive.work(find)
    return PlainTextResponse(told.text) if form == "text" else answered(told)


async def rules(service: Service, request: Request) -> Response:
    """Answer the rules behind a contract today, with article, source and status."""
    asker = await service.access.asker(request, KeyRight.READ)
    code = request.path_params["contract"]
    if code not in asker.day.names.contract_rows:
        raise Wrong(404, f"{code!r} is not listed today; /v1/contracts has those that are")
    told = asker.day.told
    name = f"rules of {code}"
    if name not in told:
        told[name] = await service.archive.work(lambda: _rules(service, asker.day, code))
    return answered(told[name])


def _rules(service: Service, day: Day, code: str) -> bytes:
    books, trading_day = service.door.books(), day.names.trading_day
    product, _ = parse_contract(books, code)
    lines = rule_lines(books, product, trading_day, [code])
    return msgspec.json.encode(
        answers.Rules(
            contract=code,
            trading_day=trading_day,
            digest=books.digest,
            in_force=msgspec.to_builtins(contract_line(parameters(books, code, trading_day))),
            rules=[msgspec.to_builtins(line) for line in lines],
        )
    )


async def explain(service: Service, request: Request) -> Response:
    """Answer why one of one's commands had its outcome: its checks in order, and what followed."""
    asker = await service.access.asker(request, KeyRight.READ)
    try:
        number = int(request.path_params["sequence"])
    except ValueError:
        raise Wrong(400, "a command is named by its sequence, a number") from None
    asked = request.query_params.get("day", str(asker.day.names.trading_day))

    def find() -> answers.Explained:
        found = explain_command(service.door.root_of(asked), number)
        code = found.command.fields.get("trading_code", NOBODY)
        own = set(asker.codes)
        names = found.image.names.trading_codes
        if found.session != asker.key.session and not (
            0 <= code < len(names) and names[code] in own
        ):
            raise Wrong(403, f"command {number:,} is not yours")
        return explained(found, own)

    return answered(await service.archive.work(find))


def explained(found: ExplainedCommand, own: set[str]) -> answers.Explained:
    """Return an explanation in words, with one's own side of what followed."""
    image, command = found.image, found.command
    if command.kind == EnterOrder.KIND:
        english, chinese = order_words(image, command.fields)
    else:
        english = chinese = fields_words(image, command.name, command.fields)
    contract = command.fields.get("instrument", 0)
    checks = []
    for line in found.checks:
        asked, allowed = show_figures(
            image, contract, (line.asked, line.allowed), line.refusal.unit
        )
        checks.append(
            answers.Check(
                refusal=int(line.refusal),
                words=line.refusal.english,
                chinese=line.refusal.chinese,
                rule=article_words(line.refusal),
                asked=asked,
                allowed=allowed,
                passed=line.passed,
            )
        )
    names = DayNames(image)
    told = [own_words(names, event, own) for event in found.events]
    return answers.Explained(
        trading_day=image.settings.trading_day,
        sequence=found.sequence,
        time=exchange_words(found.time_ns),
        session=found.session,
        client_sequence=found.client_sequence,
        words=english,
        chinese=chinese,
        checks=checks,
        refusal=int(found.refusal or 0),
        outcome=[one for one in told if one],
    )


def own_words(names: DayNames, event: Message, own: set[str]) -> dict[str, Any] | None:
    """Return one's own side of an event; None for what is somebody else's."""
    means = EVENTS.get(event.KIND)
    if means is None:
        return None
    row = {name: int(getattr(event, name)) for name in means.fields}
    codes = names.codes
    if isinstance(event, TradeExecuted):
        for side in ("buy", "sell"):
            if codes[row[f"{side}_code"]] not in own:
                row[f"{side}_order_id"] = 0
        if not (row["buy_order_id"] or row["sell_order_id"]):
            return None
    elif "trading_code" in row and codes[row["trading_code"]] not in own:
        return None
    return {
        "type": means.tag,
        **{word.name: word.show(names, row[word.field], row) for word in means.words},
    }
