"""What both clients share: contracts of the day, orders to messages, events to values."""

from __future__ import annotations

import contextlib
import json
import urllib.error
import urllib.request
from decimal import Decimal
from typing import Any, NamedTuple

from huiguan_client import doors
from huiguan_client.feed import UNKNOWN, Books
from huiguan_client.messages import (
    CommandRefused,
    CommandRepeated,
    EnterOrder,
    Hedge,
    Offset,
    OrderCancelled,
    OrderEntered,
    PriceType,
    Refusal,
    Side,
    TimeInForce,
    TradeExecuted,
)
from huiguan_client.session import Reply, Session, refusal_words

ANSWER_SECONDS = 30.0
NO_CODE = -1


class HuiguanError(Exception):
    """What went wrong, in a sentence."""


class Refused(HuiguanError):  # noqa: N818  the field's word
    """The exchange said no: ``refusal`` is its number, the figures what was asked and allowed."""

    def __init__(self, refusal: int, first_figure: int = 0, second_figure: int = 0) -> None:
        """Say it in words."""
        self.refusal = Refusal(refusal)
        self.first_figure, self.second_figure = first_figure, second_figure
        super().__init__(
            f"{refusal} {refusal_words(refusal)} (asked {first_figure}, allowed {second_figure})"
        )


class Contract(NamedTuple):
    """A contract of today: its row, its decimals and its rules of the day."""

    code: str
    row: int
    tick: Decimal
    lower_limit: Decimal
    upper_limit: Decimal
    previous_settlement: Decimal

    def ticks(self, price: Decimal | str | int) -> int:
        """Return a price in ticks; one between two ticks is a ``ValueError``."""
        ticks, rest = divmod(Decimal(str(price)), self.tick)
        if rest:
            raise ValueError(f"price {price} is no multiple of the tick of {self.tick}")
        return int(ticks)

    def price(self, ticks: int) -> Decimal:
        """Return the decimal price of ticks."""
        return self.tick * ticks


class Depth(NamedTuple):
    """What waits in a contract: (price, lots) of the best prices, the best one first."""

    contract: str
    bids: list[tuple[Decimal, int]]
    asks: list[tuple[Decimal, int]]
    last: Decimal | None
    volume_lots: int
    journal_sequence: int


class Trade(NamedTuple):
    """One's own side of a trade; ``offset`` says which lots it closed: ``close_today``, say."""

    contract: str
    order_id: int
    side: str
    price: Decimal
    lots: int
    sequence: int
    repeated: bool
    offset: str


class Order(NamedTuple):
    """An order that the exchange took."""

    order_id: int
    contract: str
    side: str
    price: Decimal
    lots: int
    sequence: int


class Cancelled(NamedTuple):
    """The rest of an order left the book."""

    order_id: int
    contract: str
    lots: int
    reason: int
    repeated: bool


Happened = Trade | Order | Cancelled | Reply | doors.DoorRecord


def fetch(url: str, path: str, key: str) -> Any:  # noqa: ANN401  as the door's JSON is
    """Ask the HTTP door."""
    request = urllib.request.Request(  # noqa: S310  the address is the caller's
        url.rstrip("/") + path, headers={"Authorization": f"Bearer {key}"}
    )
    try:
        with urllib.request.urlopen(request, timeout=ANSWER_SECONDS) as answer:  # noqa: S310
            return json.load(answer)
    except urllib.error.HTTPError as fault:
        text = fault.read().decode("utf-8", "replace")
        with contextlib.suppress(ValueError, TypeError, KeyError):
            text = json.loads(text)["fault"]
        raise HuiguanError(f"{path}: {text}") from None
    except OSError as fault:
        raise HuiguanError(f"nobody answers at {url}: {fault}; is the hall up?") from None


class Desk:
    """What both clients share: contracts of the day, orders to messages, events to values."""

    def __init__(self, url: str, key: str, code: str = "", **choices: Any) -> None:  # noqa: ANN401
        """Take the address of the HTTP door, a key, and the trading code to trade for."""
        self.url, self.key = url, key
        self.session = Session(key, **choices)
        self.contracts: dict[str, Contract] = {}
        self._by_row: dict[int, Contract] = {}
        self.codes: dict[str, int] = {}
        self.code = code
        self.address, self.is_secure = ("", 0), False
        self.feed_address = ("", 0)
        self.books = Books()

    def learn(self) -> None:
        """Ask for today's contracts, the key's trading codes and where the binary door is."""
        hall = fetch(self.url, "/v1/hall", self.key)
        binary = hall["binary"]
        self.address, self.is_secure = (binary["host"], binary["port"]), binary["tls"]
        self.feed_address = (hall["feed"]["host"], hall["feed"]["port"])
        told = fetch(self.url, "/v1/contracts", self.key)
        rows = [contract_of(row) for row in told["contracts"]]
        self.contracts = {row.code: row for row in rows}
        self._by_row = {row.row: row for row in rows}
        own = fetch(self.url, "/v1/account", self.key)
        self.codes = {row["code"]: row["row"] for row in own["codes"]}
        self.code = self.code or next(iter(self.codes), "")

    def depth(self, contract: str, levels: int) -> Depth:
        """Return the book of a contract as the feed has told it."""
        found, books = self.contracts[contract], self.books
        bids, asks = (
            [
                (found.price(row.price_ticks), row.lots)
                for row in books.levels(found.row, side, levels)
            ]
            for side in (Side.BUY, Side.SELL)
        )
        prices, volumes = books.prices.get(found.row), books.volumes.get(found.row)
        known = prices is not None and prices.last_ticks != UNKNOWN
        last = found.price(prices.last_ticks) if prices and known else None
        lots = volumes.volume_lots if volumes else 0
        return Depth(contract, bids, asks, last, lots, books.journal_sequence)

    def order(
        self,
        contract: str,
        side: str,
        price: Decimal | str | int,
        lots: int,
        offset: str = "open",
        **more: str | int,
    ) -> EnterOrder:
        """Return an order in words as the exchange's message."""
        if contract not in self.contracts:
            raise ValueError(f"{contract!r} is not listed today")
        found = self.contracts[contract]
        return EnterOrder(
            client_order_id=int(more.get("client_order_id", 0)),
            price_ticks=found.ticks(price),
            lots=lots,
            minimum_lots=int(more.get("minimum_lots", 0)),
            instrument=found.row,
            trading_code=self.codes[str(more.get("code", self.code))],
            side=Side[word(side)],
            offset=Offset[word(offset)],
            hedge=Hedge[word(str(more.get("hedge", "speculation")))],
            time_in_force=TimeInForce[word(str(more.get("time_in_force", "day")))],
            price_type=PriceType.LIMIT,
        )

    def value(self, item: Reply | doors.DoorRecord) -> list[Happened]:
        """Return a reply in words: both sides of a trade with oneself are two values."""
        if not isinstance(item, Reply):
            return [item]
        event = item.event
        if isinstance(event, TradeExecuted):
            sides = (
                ("buy", event.buy_order_id, event.buy_code, event.buy_offset),
                ("sell", event.sell_order_id, event.sell_code, event.sell_offset),
            )
            contract = self._by_row[event.instrument]
            price, told = contract.price(event.price_ticks), (item.sequence, item.repeated)
            return [
                Trade(
                    *(contract.code, order, side, price, event.lots, *told),
                    offset=Offset(offset).name.lower(),
                )
                for side, order, code, offset in sides
                if code != NO_CODE
            ]
        if isinstance(event, OrderEntered):
            contract = self._by_row[event.instrument]
            price = contract.price(event.price_ticks)
            side = Side(event.side).name.lower()
            return [Order(event.order_id, contract.code, side, price, event.lots, item.sequence)]
        if isinstance(event, OrderCancelled):
            contract = self._by_row[event.instrument]
            rest, reason = event.lots, int(event.reason)
            return [Cancelled(event.order_id, contract.code, rest, reason, item.repeated)]
        return [item]


def word(text: str) -> str:
    """Return the name of a member of an enumeration: ``close today`` is ``CLOSE_TODAY``."""
    return text.strip().upper().replace(" ", "_")


def contract_of(row: dict[str, Any]) -> Contract:
    """Return a contract of the HTTP door's answer."""
    return Contract(
        row["code"],
        row["row"],
        Decimal(row["tick"]),
        Decimal(row["lower_limit"]),
        Decimal(row["upper_limit"]),
        Decimal(row["previous_settlement"]),
    )


def outcome_of(reply: Reply) -> Order | Reply | Refused:
    """Return what became of a command: a reply, or why it was refused."""
    event = reply.event
    if isinstance(event, CommandRefused):
        return Refused(event.refusal, event.first_figure, event.second_figure)
    if isinstance(event, CommandRepeated) and event.refusal:
        return Refused(event.refusal)
    return reply
