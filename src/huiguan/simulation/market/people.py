"""Who trades: members, trading codes, holders and what each of them is like.

Rows are in a fixed order, so that a later day, whose image comes from clearing, finds everybody
again: members' own accounts first, then market makers, three unusual clients, hedgers, and takers.
"""

from enum import IntEnum
from typing import NamedTuple

import msgspec
import numpy as np

from huiguan.exchange.day.image import DayImage, Member, MemberMode, TradingCode
from huiguan.foundation.records import blank_rows

HEDGERS_OF = 10  # one client in ten hedges
SECOND_CODE_OF = 25  # one taker in 25 has a code at a second member too
GROUP_OF = 40  # one taker in 40 controls the two after it
FIRST_VISITOR = 90_000_001  # clients from here on come from outside
COMMANDS_EACH = 150  # a day, about, for everybody who trades
OTHERS_OF = 4  # one member in four trades for itself only


class Role(IntEnum):
    """What a trading code does all day."""

    MAKER = 0
    SELF_TRADER = 1
    OVER_TRADER = 2
    BROKE = 3
    HEDGER = 4
    TAKER = 5
    VISITOR = 6  # somebody from outside, who decides alone


class Size(msgspec.Struct, frozen=True):
    """How large a simulated market is."""

    members: int
    codes: int


def size_of(products: int, codes: int | None = None) -> Size:
    """Return the size of a market of so many products; 25 products: 2,000 trading codes."""
    return Size(members=min(16, 4 + products), codes=codes or 80 * max(products, 2))


def least_codes(products: int) -> int:
    """Return how few trading codes can make a market: everybody's role, and takers everywhere."""
    return 60 + 8 * products


class People(NamedTuple):
    """The people's side of an image; deposits are still zero."""

    trading_codes: np.ndarray
    members: np.ndarray
    member_names: list[str]
    code_names: list[str]
    holder_names: list[str]
    futures_firm: np.ndarray  # bool per member
    roles: np.ndarray  # Role per trading code


def is_firm(members: int) -> np.ndarray:
    """Return for each member whether it is a futures firm, which acts for clients."""
    firm: np.ndarray = np.arange(members) % OTHERS_OF != OTHERS_OF - 1
    return firm


def makers_of(codes: int, members: int) -> int:
    """Return how many trading codes make markets."""
    return max(4, (codes - members) // 40)


def roles_of(codes: int, members: int) -> np.ndarray:
    """Return the role of each trading code of a market with so many codes and members.

    Of members' own accounts only those of members without clients make markets.
    """
    roles = np.full(codes, Role.TAKER, np.int64)
    at = members + makers_of(codes, members)
    roles[:members][~is_firm(members)] = Role.MAKER
    roles[members:at] = Role.MAKER
    roles[at : at + 3] = (Role.SELF_TRADER, Role.OVER_TRADER, Role.BROKE)
    at += 3
    roles[at : at + max(2, (codes - at) // HEDGERS_OF)] = Role.HEDGER
    return roles


def people(size: Size) -> People:
    """Return members, codes and holders of a market of ``size``.

    Members' own accounts come first. Clients are spread over the futures firms; a code names its
    member (four digits) and its client (eight digits). A client with codes at two members, and the
    clients of a control group, are one holder.
    """
    firm = is_firm(size.members)
    firms = np.flatnonzero(firm)
    roles = roles_of(size.codes, size.members)
    codes = blank_rows(TradingCode, size.codes)
    numbers = np.arange(size.codes)
    clients = numbers >= size.members
    codes["member"][~clients] = numbers[~clients]
    codes["member"][clients] = firms[numbers[clients] % len(firms)]
    codes["house"] = ~clients
    client = numbers + 10_000_001
    takers = np.flatnonzero(roles == Role.TAKER)
    second = takers[SECOND_CODE_OF::SECOND_CODE_OF]
    client[second] = client[second - 1]
    owner = client.copy()
    led = takers[: len(takers) - 2 : GROUP_OF]
    for step in (1, 2):
        owner[led + step] = owner[led]
    owner[second] = owner[second - 1]
    holders, codes["holder"] = np.unique(owner, return_inverse=True)
    grouped = set(owner[led].tolist())
    members = blank_rows(Member, size.members)
    members["mode"] = np.where(firm, MemberMode.REFUSE, MemberMode.OFF)
    members["mode"][firms[1]] = MemberMode.WARN
    return People(
        trading_codes=codes,
        members=members,
        member_names=[f"{number + 1:04d}" for number in range(size.members)],
        code_names=[
            f"{member + 1:04d}{number:08d}"
            for member, number in zip(codes["member"].tolist(), client.tolist(), strict=True)
        ],
        holder_names=[
            f"{'group' if number in grouped else 'client'} {number:08d}"
            for number in holders.tolist()
        ],
        futures_firm=firm,
        roles=roles,
    )


def roles_in(image: DayImage) -> np.ndarray:
    """Return the roles of an image's trading codes; visitors stand behind everybody else."""
    clients = np.array([int(name[-8:]) for name in image.names.trading_codes], np.int64)
    visitors = int((clients >= FIRST_VISITOR).sum())
    roles = roles_of(len(image.trading_codes) - visitors, len(image.members))
    return np.concatenate([roles, np.full(visitors, Role.VISITOR, np.int64)])


def traders_in(image: DayImage, clients: int | None) -> np.ndarray:
    """Return which trading codes trade: all of them, or ``clients`` of takers and hedgers (bool).

    Market makers and the unusual clients trade in every market in which anybody does.
    """
    roles = roles_in(image)
    ordinary = np.flatnonzero((roles == Role.HEDGER) | (roles == Role.TAKER))
    trading: np.ndarray = np.ones(len(roles), bool)
    if clients is not None:
        trading[ordinary] = False
        trading[ordinary[np.arange(clients) * len(ordinary) // max(clients, 1)]] = True
    return trading
