"""Decisions of two persons about an evening: a settlement price, a correction, a first price.

Each becomes an instruction (docs/how-to/instructions.md) that the hall keeps for the evening of its
day. A closed day is cleared once more under it, as a new version of its result with the reason; the
version before stays as it was.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
import numpy as np

from huiguan.days.cleared import is_closed
from huiguan.exchange.day.instructions.every import check_instruments
from huiguan.exchange.day.instructions.money import MoveMemberMoney
from huiguan.exchange.day.instructions.prices import DecideSettlement, SetListingPrice
from huiguan.exchange.day.instructions.written import read_row, written_row
from huiguan.exchange.day.result import SettledBy
from huiguan.exchange.evening.day_figures import contract_figures
from huiguan.exchange.evening.day_prices import decided_prices
from huiguan.exchange.evening.decided.pools import pools_of_evening, pools_of_morning
from huiguan.foundation.arithmetic import show_fen
from huiguan.foundation.faults import InputFault
from huiguan.office.days import floor
from huiguan.office.days.errands import became, write_errand
from huiguan.office.display.here import shown
from huiguan.office.people.deeds import Deed, Done
from huiguan.office.people.roles import Action
from huiguan.storage.market.day_folder import DayFolder
from huiguan.storage.market.day_image import read_image
from huiguan.storage.market.day_result import read_result

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from huiguan.exchange.day.image import DayImage
    from huiguan.exchange.day.instructions.every import AnyInstruction
    from huiguan.exchange.evening.day_figures import ContractFigures
    from huiguan.office.people.deeds import Facts, Subject
    from huiguan.office.people.models import Proposal

FOUND = (SettledBy.TRADES, SettledBy.LAST_HOUR, SettledBy.DECIDED)  # nothing is left to decide
REFERENCE_LETTERS = 8
KEPT_DAYS = 2  # closed days whose contracts without a price are kept; each is read once a version
ABOUT = ("instrument", "member", "trading_code", "product")
INSTRUCTIONS = {
    "DecideSettlement": "settlement price",
    "SetListingPrice": "first price",
    "MoveMemberMoney": "money of a member",
    "SetCollateral": "collateral",
}
NOBODY = "0"  # who is not known yet, while a proposal is tried


class KeptRow(NamedTuple):
    """An instruction in a few words."""

    what: str
    about: str
    value: str
    reference: str


class Kept(msgspec.Struct, frozen=True):
    """The instructions of the day that the hall stands in, and the version of its result."""

    trading_day: int
    version: int  # 0: the day is not closed
    close: list[dict[str, Any]]
    opening: list[dict[str, Any]]

    def price(self, kind: str, contract: str) -> str:
        """Return the price that is set for a contract; nothing without one."""
        rows = [*self.close, *self.opening]
        found = [row for row in rows if (row["type"], row.get("instrument")) == (kind, contract)]
        return str(found[-1]["price"]) if found else ""

    @property
    def rows(self) -> list[KeptRow]:
        """Every instruction as the page shows it."""
        return [
            KeptRow(
                INSTRUCTIONS.get(row["type"], row["type"]),
                str(next((row[name] for name in ABOUT if name in row), "")),
                str(row.get("price", row.get("amount", row.get("value", "")))),
                row["reference"],
            )
            for row in (*self.close, *self.opening)
        ]


class Undecided(NamedTuple):
    """A contract whose price no trade gave: by which rule it is settled, and who holds it."""

    contract: str
    by: SettledBy | None  # None: the day is not closed yet
    price: Decimal
    open_interest_lots: int


def kept() -> Kept:
    """Return what is kept for the evening."""
    return msgspec.convert(floor.ask("instructions"), Kept)


def undecided(root: Path) -> list[Undecided]:
    """Return the contracts of a closed day that somebody holds and no trade has priced."""
    return list(_undecided(root, (DayFolder(root).result / "result.json").stat().st_mtime_ns))


@lru_cache(KEPT_DAYS)
def _undecided(root: Path, written: int) -> tuple[Undecided, ...]:
    del written  # it says when to read again
    image, result = read_image(DayFolder(root).image), read_result(DayFolder(root).result).result
    return tuple(
        Undecided(row.instrument, row.settled_by, row.settlement, row.open_interest_lots)
        for row in contract_figures(image, result)
        if row.settled_by not in FOUND and held(row)
    )


def without_trades(image: DayImage, volumes: Mapping[str, np.ndarray]) -> list[Undecided]:
    """Return the contracts of a running day that somebody holds and nobody has traded yet.

    Beside each is its settlement price of the day before.
    """
    rows = image.instruments
    idle = (volumes["volume_lots"] == 0) & (rows["last_open_interest_lots"] > 0)
    found = []
    for index in np.flatnonzero(idle).tolist():
        row = rows[index]
        units = int(row["previous_settlement_ticks"]) * int(row["tick_units"])
        price = Decimal(units).scaleb(-int(row["unit_decimals"]))
        lots = int(row["last_open_interest_lots"])
        found.append(Undecided(image.names.instruments[index], None, price, lots))
    return found


def held(row: ContractFigures) -> bool:
    """Return whether somebody holds a contract, or held it in the morning."""
    return bool(row.open_interest_lots or row.open_interest_change)


def contract_of(subject: Subject) -> str:
    """Return the contract of a subject like ``contract cu2610``."""
    kind, _, name = subject.partition(" ") if isinstance(subject, str) else ("", "", "")
    if kind != "contract" or not name:
        raise InputFault("this is about a contract, by its name")
    return name


def price_in(given: Mapping[str, Any]) -> Decimal:
    """Return a price that was typed."""
    text = str(given.get("price", "")).strip().replace(",", "")
    try:
        found = Decimal(text)
    except InvalidOperation:
        raise InputFault(f"{text!r} is no price; write one like 106900") from None
    if not found.is_finite():
        raise InputFault(f"{text!r} is no price; write one like 106900")
    return found


def tried(day: int, row: AnyInstruction) -> None:
    """Refuse a decision about a contract of a day that its clearing would refuse."""
    image = floor.image_of(day)
    check_instruments([row], image.names.instruments)
    decided_prices(image, [row])


def decided(contract: str, price: Decimal, proposal: Proposal | None = None) -> DecideSettlement:
    """Return the decision of a settlement price."""
    return DecideSettlement(**persons(proposal), instrument=contract, price=price)


def persons(proposal: Proposal | None) -> dict[str, str]:
    """Return who asked, who approved and the reference: numbers alone, for days are published."""
    if proposal is None:
        return {"maker": NOBODY, "checker": NOBODY, "reference": NOBODY}
    return {
        "maker": f"user {proposal.maker_id}",
        "checker": f"user {proposal.checker_id}",
        "reference": f"office {proposal.pk} {proposal.salt[:REFERENCE_LETTERS]}",
    }


def price_now(subject: Subject) -> Facts:
    """Return what is decided for a contract now."""
    found, contract = kept(), contract_of(subject)
    price = found.price("DecideSettlement", contract)
    return {"trading day": found.trading_day, "price": price or "none"}


def want_price(subject: Subject, given: Mapping[str, Any]) -> Facts:
    """Check a settlement price for the close of today."""
    found, contract = kept(), contract_of(subject)
    if found.version:
        raise InputFault(f"day {found.trading_day} is closed; its result can be corrected")
    price = price_in(given)
    tried(found.trading_day, decided(contract, price))
    return {"price": f"{price}"}


def run_price(proposal: Proposal) -> Done:
    """Give the price to the evening."""
    row = decided(contract_of(proposal.about), Decimal(proposal.after["price"]), proposal)
    return instruct(proposal, row)


def instruct(proposal: Proposal, row: AnyInstruction) -> Done:
    """Write the errand that gives an instruction to the evening of a day."""
    day = proposal.before["trading day"]
    given = {"day": day, "instruction": written_row(row)}
    write_errand(proposal=proposal, do="instruct", given=given)
    return Done({"measure": proposal.about, "trading day": day, **proposal.after})


def result_now(subject: Subject) -> Facts:
    """Return the version of a closed day and what is decided in it."""
    found = kept()
    day = subject.removeprefix("day ") if isinstance(subject, str) else ""
    if day != str(found.trading_day) or not is_closed(floor.days_folder() / day):
        raise InputFault(f"no day {day} is closed and waits for the next one")
    prices = {row["instrument"]: row["price"] for row in found.close if "price" in row}
    return {"trading day": found.trading_day, "version": found.version, "decided": prices}


def want_correction(subject: Subject, given: Mapping[str, Any]) -> Facts:
    """Check a correction: a price is decided, or taken back, or the day is cleared as it is."""
    before = result_now(subject)
    contract = str(given.get("contract", "") or "").strip()
    prices = dict(before["decided"])
    if contract and str(given.get("price", "") or "").strip():
        price = price_in(given)
        tried(before["trading day"], decided(contract, price))
        prices[contract] = f"{price}"
    elif contract and prices.pop(contract, None) is None:
        raise InputFault(f"no price is decided for {contract}; give one, or name no contract")
    return {"version": before["version"] + 1, "decided": prices, "contract": contract}


def run_correction(proposal: Proposal) -> Done:
    """Have the day cleared once more."""
    before, after = proposal.before, proposal.after
    people = persons(proposal)
    given: dict[str, Any] = {
        "day": before["trading day"],
        "why": proposal.why,
        "by": f"{people['maker']}, {people['checker']} ({people['reference']})",
    }
    contract = after["contract"]
    if contract in after["decided"]:
        row = decided(contract, Decimal(after["decided"][contract]), proposal)
        given["instruction"] = written_row(row)
    elif contract:
        given["without"] = contract
    write_errand(proposal=proposal, do="correct", given=given)
    return Done({"measure": proposal.about, **after})


def first_price_now(subject: Subject) -> Facts:
    """Return the first price that is set for a contract to be listed."""
    found, contract = kept(), contract_of(subject)
    price = found.price("SetListingPrice", contract)
    return {"trading day": found.trading_day, "price": price or "none"}


def want_first_price(subject: Subject, given: Mapping[str, Any]) -> Facts:
    """Check the first price of a contract that is not listed yet."""
    contract, price = contract_of(subject), price_in(given)
    if contract in floor.image_of(kept().trading_day).names.instruments:
        raise InputFault(f"{contract} is listed already; a first price is for a new contract")
    if price <= 0:
        raise InputFault(f"{price} is no first price; write one above zero")
    return {"price": f"{price}"}


def run_first_price(proposal: Proposal) -> Done:
    """Give the first price to the next opening."""
    contract, price = contract_of(proposal.about), Decimal(proposal.after["price"])
    row = SetListingPrice(**persons(proposal), instrument=contract, price=price)
    return instruct(proposal, row)


def pool_of(subject: Subject) -> tuple[str, bool]:
    """Return member and kind of money of a subject like ``pool 0001/house``."""
    name = subject.removeprefix("pool ") if isinstance(subject, str) else ""
    member, _, kind = name.partition("/")
    if kind not in ("house", "clients"):
        raise InputFault("this is about a pool of a member, like 0001/house or 0001/clients")
    return member, kind == "house"


def pool_now(subject: Subject) -> Facts:
    """Return what is to move for a pool at the next opening."""
    (member, house), found = pool_of(subject), kept()
    image = floor.image_of(found.trading_day)
    names = image.names.members
    if not any(names[row["member"]] == member and bool(row["house"]) == house
               for row in image.pools):  # fmt: skip
        raise InputFault(f"trading day {found.trading_day} has no pool {str(subject)[5:]!r}")
    own = [
        str(row["amount"])
        for row in found.opening
        if (row["type"], row.get("member"), bool(row.get("house"))) == (
            *("MoveMemberMoney", member, house),
        )
    ]  # fmt: skip
    return {"trading day": found.trading_day, "moves": own}


def moved(subject: Subject, amount: str, proposal: Proposal | None = None) -> MoveMemberMoney:
    """Return the instruction that moves money of a pool, of an amount that was typed."""
    member, house = pool_of(subject)
    given = {"type": "MoveMemberMoney", "member": member, "house": house, "amount": amount}
    row = read_row({**given, **persons(proposal)}, "this")
    assert isinstance(row, MoveMemberMoney), "the row says so"
    return row


def want_pool_money(subject: Subject, given: Mapping[str, Any]) -> Facts:
    """Check an amount that a member pays in, or with a minus out."""
    row = moved(subject, str(given.get("amount", "")).strip())
    if row.amount_fen == 0:
        raise InputFault("an amount of 0.00 moves nothing")
    if row.amount_fen < 0:
        check_withdrawable(subject, -row.amount_fen)
    return {"amount": show_fen(row.amount_fen)}


def check_withdrawable(subject: Subject, out_fen: int) -> None:
    """Refuse what the clearing rules do not let a member take out, with what is to go already.

    Asked of the evening once it is cleared, else of the morning; the opening asks again.
    """
    now, name = pool_now(subject), str(subject).removeprefix("pool ")
    day, books = now["trading day"], shown().books
    root, image = floor.days_folder() / str(day), floor.image_of(day)
    pools = (
        pools_of_evening(image, read_result(DayFolder(root).result).result, books)
        if is_closed(root)
        else pools_of_morning(image, books)
    )
    moves = [moved(subject, amount).amount_fen for amount in now["moves"]]
    most = max(0, pools[name].withdrawable_fen + sum(fen for fen in moves if fen < 0))
    if out_fen > most:
        raise InputFault(
            f"{name} can take out {show_fen(most)} yuan at most by the clearing rules: cash "
            f"{show_fen(pools[name].cash_fen)}, margin {show_fen(pools[name].margin_fen)}, usable "
            f"collateral {show_fen(pools[name].usable_fen)}, minimum "
            f"{show_fen(pools[name].minimum_fen)}"
        )


def run_pool_money(proposal: Proposal) -> Done:
    """Give the money to the next opening."""
    return instruct(proposal, moved(proposal.about, proposal.after["amount"], proposal))


DEEDS = {
    Action.DECIDE_SETTLEMENT: Deed(price_now, want_price, run_price, became),
    Action.CORRECT_RESULT: Deed(result_now, want_correction, run_correction, became),
    Action.SET_FIRST_PRICE: Deed(first_price_now, want_first_price, run_first_price, became),
    Action.MOVE_POOL_MONEY: Deed(pool_now, want_pool_money, run_pool_money, became),
}
