"""The lists of the register: their columns, keys and words (rulebook 2.9, 3.2, 3.3, 8.3).

A row is what a table gives: a text for each column. A row is never taken out of a list; it ends by
its state, so that what was once there can always be shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from huiguan.foundation.readers.sheets import Column, Table

Row = Mapping[str, str]
Rows = Mapping[str, Row]  # by key


class Listed(StrEnum):
    """A list of the register, by its name in addresses, files and the record."""

    MEMBERS = "members"
    SEATS = "seats"
    CODES = "codes"
    GROUPS = "groups"
    PROGRAMMES = "programmes"
    QUOTAS = "quotas"


Register = Mapping[Listed, Rows]


class MemberKind(StrEnum):
    """What a member is (3.2)."""

    TRADING = "trading"  # trades for itself
    CLEARING = "clearing"  # and clears for overseas participants
    FUTURES_FIRM = "futures firm"  # acts for clients
    OVERSEAS_PARTICIPANT = "overseas participant"  # clears through a member
    OVERSEAS_INTERMEDIARY = "overseas intermediary"  # acts for clients, clears through a member


OVERSEAS = (MemberKind.OVERSEAS_PARTICIPANT, MemberKind.OVERSEAS_INTERMEDIARY)
CARRIES = (MemberKind.CLEARING, MemberKind.FUTURES_FIRM)  # overseas participants clear through it
ACTIVE, ENDED = "active", "ended"
OPEN, FROZEN, CLOSED = "open", "frozen", "closed"
REPORTED, GRANTED = "reported", "granted"
YES, NO = "yes", "no"
GENERAL, NEAR = "general", "near"  # stages of a hedging quota (3.3)
PAPERS = ("licence", "plan", "contracts", "stocks", "hedging plan")
TEXT = "text of at most 64 letters"

MEMBER = Column("member", "four digits", "the member's number", "0019", chinese="会员号")
CODE = Column(
    "trading_code", "twelve digits", "the member's number, then the client's", "001900000001",
    chinese="交易编码",
)  # fmt: skip
CLIENT = Column(
    "client", "eight digits", "the client's number, the same at every member", "00000001",
    chinese="客户号",
)  # fmt: skip


def state(*words: str) -> Column:
    """Return the column of a state; a new row begins with the first word."""
    return Column("state", "a word", "how it stands", words[0], words, words[0], "状态")


def text(name: str, says: str, example: str, chinese: str) -> Column:
    """Return a column of free words."""
    return Column(name, TEXT, says, example, chinese=chinese)


def number(name: str, says: str, example: str, chinese: str) -> Column:
    """Return a column of a whole number."""
    return Column(name, "a whole number", says, example, chinese=chinese)


def table(listed: Listed, says: str, *columns: Column) -> Table:
    """Return a list as a table that people write."""
    return Table(f"{listed}.csv", says, ("office register import",), columns)


TABLES = {
    Listed.MEMBERS: table(
        Listed.MEMBERS,
        "who takes part, and as what",
        MEMBER,
        Column("kind", "a word", "what it is", "futures firm", tuple(MemberKind), chinese="类别"),
        Column("clears_through", "four digits, or empty", "who clears for an overseas one", "0019",
               default="", chinese="结算会员"),
        state(ACTIVE, ENDED),
    ),
    Listed.SEATS: table(
        Listed.SEATS,
        "through which a member enters orders",
        MEMBER,
        Column("seat", "one to eight digits", "its number at the member", "1", chinese="席位号"),
        Column("place", "a word", "where it is", "remote", ("floor", "remote"), chinese="席位类型"),
        state(OPEN, CLOSED),
    ),
    Listed.CODES: table(
        Listed.CODES,
        "a client at a member, or a member's own account",
        CODE,
        Column("own_account", "yes or no", "whether it is the member's own", NO, (YES, NO), NO,
               "自营"),
        Column("behalf", "four digits, or empty", "the overseas one it is of", "", default="",
               chinese="境外机构"),
        state(OPEN, FROZEN, CLOSED),
    ),
    Listed.GROUPS: table(
        Listed.GROUPS,
        "clients under one actual control, which count as one (8.3)",
        CLIENT,
        Column("member", "four digits", "who declared it", "0019", chinese="申报会员"),
        Column("group", "a name, or empty", "the group; empty: the client stands by itself",
               "north", default="", chinese="控制组"),
    ),
    Listed.PROGRAMMES: table(
        Listed.PROGRAMMES,
        "programme trading, reported before it trades (2.9)",
        CODE,
        text("software", "name and version", "ladder 2.1", "软件"),
        text("developer", "who wrote it", "own", "开发者"),
        text("strategy", "its kind", "market making", "策略类型"),
        text("server", "where it runs", "member's room", "服务器"),
        text("funds", "where the money is from", "own", "资金来源"),
        number("orders_a_second", "the most messages in a second", "20", "每秒最高申报"),
        number("orders_a_day", "the most messages in a day", "5000", "单日最高申报"),
        Column("controls", TEXT, "limits and stops of its own; high frequency needs them", "",
               default="", chinese="风控措施"),
        state(REPORTED, ENDED),
    ),
    Listed.QUOTAS: table(
        Listed.QUOTAS,
        "hedging quotas by stage (3.3)",
        CLIENT,
        Column("member", "four digits", "through whom it was applied for", "0019",
               chinese="会员号"),
        Column("stage", "a word", "regular or near-delivery months", GENERAL, (GENERAL, NEAR),
               chinese="阶段"),
        Column("of", "a product, or a contract", "near delivery is granted by contract", "cu",
               chinese="品种合约"),
        number("long_lots", "lots bought to hedge", "100", "买入手数"),
        number("short_lots", "lots sold to hedge", "0", "卖出手数"),
        Column("papers", f"words of: {', '.join(PAPERS)}; with semicolons between",
               "what was handed in", "; ".join(PAPERS), chinese="材料"),
        Column("until", "a date", "the last day it holds", "2026-12-31", chinese="有效期"),
        state(GRANTED, ENDED),
    ),
}  # fmt: skip
KEYS = {
    Listed.MEMBERS: ("member",),
    Listed.SEATS: ("member", "seat"),
    Listed.CODES: ("trading_code",),
    Listed.GROUPS: ("client",),
    Listed.PROGRAMMES: ("trading_code", "software"),
    Listed.QUOTAS: ("client", "member", "stage", "of"),
}
OF_MEMBERS = (Listed.CODES, Listed.GROUPS, Listed.PROGRAMMES, Listed.QUOTAS)  # a member applies


def key_of(listed: Listed, row: Row) -> str:
    """Return the name of a row in its list."""
    return " ".join(row[name] for name in KEYS[listed])


def member_of(row: Row) -> str:
    """Return the member that a row is of."""
    return row["member"] if "member" in row else row["trading_code"][:4]


def client_of(trading_code: str) -> str:
    """Return the client's number in a trading code."""
    return trading_code[4:]
