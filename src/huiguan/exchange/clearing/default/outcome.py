"""What the handling of a default comes to: rows a person can add up, and postings step by step."""

from typing import NamedTuple

import msgspec

from huiguan.exchange.clearing.default.auction import Award
from huiguan.exchange.clearing.default.estate import Account, Side
from huiguan.exchange.clearing.default.waterfall import Payment
from huiguan.exchange.messages import Hedge
from huiguan.foundation.postings import Posting


class Ported(msgspec.Struct, frozen=True, kw_only=True):
    """A client with another member now, with the money and positions of its account."""

    account: Account
    member: str
    code: str  # there


class Cost(msgspec.Struct, frozen=True, kw_only=True):
    """What giving away a side of a contract in the auction cost a trading code; a gain: below 0."""

    code: str
    instrument: str
    side: Side
    lots: int
    cost_fen: int


class Deficit(msgspec.Struct, frozen=True, kw_only=True):
    """What a client owes beyond all its money: part of the loss, and a claim against the client."""

    code: str
    step: str
    amount_fen: int


class PaidOut(msgspec.Struct, frozen=True, kw_only=True):
    """The money of a client that was not ported, after its positions were closed."""

    code: str
    amount_fen: int


class Loss(msgspec.Struct, frozen=True, kw_only=True):
    """What the member leaves unpaid, and its own money that pays first."""

    house_fen: int  # its own account owes
    clients_fen: int  # its clients owe beyond their money
    missing_fen: int  # of its clients' money that should be there
    cash_fen: int  # of its own, in both pools
    collateral_fen: int

    @property
    def total_fen(self) -> int:
        """Return the whole loss."""
        return self.house_fen + self.clients_fen + self.missing_fen

    @property
    def member_fen(self) -> int:
        """Return what the member has to pay it with."""
        return self.cash_fen + self.collateral_fen


class Moved(NamedTuple):
    """Lots of a side of a contract that a trading code has more, or fewer, after a step."""

    step: str
    code: str
    instrument: str
    side: Side
    hedge: Hedge
    lots: int


class Step(NamedTuple):
    """One step in its place, and what it moves in the books."""

    name: str
    postings: list[Posting]


class Handled(msgspec.Struct, frozen=True, kw_only=True):
    """A default handled to its end."""

    member: str
    steps: list[Step]
    ported: list[Ported]
    awards: list[Award]
    costs: list[Cost]
    deficits: list[Deficit]
    paid_out: list[PaidOut]
    moved: list[Moved]
    loss: Loss
    payments: list[Payment]
    left_fen: int  # that no layer pays
    surplus_fen: int  # of the member's own money
