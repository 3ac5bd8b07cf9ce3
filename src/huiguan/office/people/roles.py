"""Who may do what: roles, actions, and the table that joins them, as data.

A cell says what a role may do about an action: *do* it alone, *make* a proposal of it, *check* the
proposals of others, or *see*. Who has several roles has what any of them gives. Nobody without a
sign-in has more than the role ``guest``; the public display asks for no right at all.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class Role(enum.StrEnum):
    """What somebody is to the hall."""

    GUEST = "guest"
    APPLICANT = "applicant"
    TENANT = "tenant"
    EMPLOYER = "employer"
    TRADER = "trader"
    MEMBER_CLERK = "member clerk"
    CLEARING_CLERK = "clearing clerk"
    SUPERVISOR = "supervisor"
    HOUSING_OFFICER = "housing officer"
    BUILDING_MANAGER = "building manager"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


class Action(enum.StrEnum):
    """What is done in the office; a name never changes, for the record holds it."""

    KEEP_OWN_ACCOUNT = "keep own account"
    SEE_USERS = "see users"
    SEE_PROPOSALS = "see proposals"  # of everybody
    SEE_OWN_PROPOSALS = "see own proposals"  # and those one may decide on
    SEE_RECORD = "see record"
    MAKE_USER = "make user"
    CHANGE_ROLES = "change roles"
    LOCK_USER = "lock user"
    UNLOCK_USER = "unlock user"
    RESET_PASSWORD = "reset password"  # noqa: S105  the name of an action
    ERASE_PERSON = "erase person"
    EXPORT_PERSON = "export person"  # another one; everybody may export oneself
    SEE_LIVE_DAY = "see live day"
    HALT_TRADING = "halt trading"
    RESUME_TRADING = "resume trading"
    ENGAGE_KILL_SWITCH = "engage kill switch"
    LIFT_KILL_SWITCH = "lift kill switch"
    CHANGE_TRADING_RIGHT = "change trading right"
    STOP_IN_EMERGENCY = "stop in emergency"  # by one person; another one decides on it after
    SEE_DAYS = "see days"
    TURN_DAY = "turn day"
    DECIDE_SETTLEMENT = "decide settlement price"
    CORRECT_RESULT = "correct result"
    SET_FIRST_PRICE = "set first price"
    MOVE_POOL_MONEY = "move pool money"
    VERIFY_DAY = "verify day"
    ISSUE_CIRCULAR = "issue circular"
    SEE_LEDGER = "see ledger"
    LOAD_BANK_FILE = "load bank file"  # and take a line of one on oneself
    MAKE_PAYMENT_FILE = "make payment file"
    ASSIGN_BANK_LINE = "assign bank line"
    WITHDRAW_MONEY = "withdraw money"
    REVERSE_TRANSFER = "reverse transfer"
    SET_BANK_ACCOUNT = "set bank account"
    LODGE_COLLATERAL = "lodge collateral"
    RELEASE_COLLATERAL = "release collateral"
    EXCHANGE_CURRENCY = "exchange currency"
    SET_FIGURE = "set dated figure"
    SEE_BINDINGS = "see bindings"
    BIND_USER = "bind user"
    TRADE = "enter order"
    SEE_MEMBER = "see member"
    KEEP_KEYS = "keep keys"
    SEE_REGISTER = "see register"
    CHANGE_MEMBERS = "change members"
    CHANGE_SEATS = "change seats"
    CHANGE_CODES = "change trading codes"
    CHANGE_GROUPS = "change control groups"
    CHANGE_PROGRAMMES = "change programme trading"
    CHANGE_QUOTAS = "change hedging quotas"


class Right(enum.StrEnum):
    """What a role may do about an action."""

    DO = "do"
    SEE = "see"
    MAKE = "make"
    CHECK = "check"


GIVEN = tuple(role for role in Role if role is not Role.GUEST)  # what a user can be given
FOUR_EYES = (  # of people
    Action.MAKE_USER,
    Action.CHANGE_ROLES,
    Action.LOCK_USER,
    Action.UNLOCK_USER,
    Action.RESET_PASSWORD,
    Action.ERASE_PERSON,
)
MEASURES = (  # of a day that runs, and its turn; the market does them
    Action.HALT_TRADING,
    Action.RESUME_TRADING,
    Action.ENGAGE_KILL_SWITCH,
    Action.LIFT_KILL_SWITCH,
    Action.CHANGE_TRADING_RIGHT,
    Action.TURN_DAY,
    Action.DECIDE_SETTLEMENT,
    Action.CORRECT_RESULT,
    Action.SET_FIRST_PRICE,
    Action.MOVE_POOL_MONEY,
    Action.ISSUE_CIRCULAR,
)
BANKING = (Action.LOAD_BANK_FILE, Action.MAKE_PAYMENT_FILE)
MONEY = (  # moved by two persons
    Action.ASSIGN_BANK_LINE,
    Action.WITHDRAW_MONEY,
    Action.REVERSE_TRANSFER,
    Action.SET_BANK_ACCOUNT,
    Action.LODGE_COLLATERAL,
    Action.RELEASE_COLLATERAL,
    Action.EXCHANGE_CURRENCY,
    Action.SET_FIGURE,
)
REGISTER_OF_HOUSE = (Action.CHANGE_MEMBERS, Action.CHANGE_SEATS)
REGISTER_OF_MEMBERS = (  # a member applies, the exchange decides
    Action.CHANGE_CODES,
    Action.CHANGE_GROUPS,
    Action.CHANGE_PROGRAMMES,
    Action.CHANGE_QUOTAS,
)
STAFF = (
    Role.MEMBER_CLERK,
    Role.CLEARING_CLERK,
    Role.SUPERVISOR,
    Role.HOUSING_OFFICER,
    Role.BUILDING_MANAGER,
    Role.AUDITOR,
    Role.ADMINISTRATOR,
)
WATCH = (Role.CLEARING_CLERK, Role.SUPERVISOR, Role.AUDITOR, Role.ADMINISTRATOR)  # a market
_MAKES = frozenset({Right.MAKE})
_MAKES_AND_CHECKS = frozenset({Right.MAKE, Right.CHECK})
_CHECKS = frozenset({Right.CHECK})
_SEES = frozenset({Right.SEE})

TABLE: dict[Action, dict[Role, frozenset[Right]]] = {
    Action.KEEP_OWN_ACCOUNT: dict.fromkeys(GIVEN, frozenset({Right.DO})),
    Action.SEE_USERS: dict.fromkeys((Role.ADMINISTRATOR, Role.SUPERVISOR, Role.AUDITOR), _SEES),
    Action.SEE_PROPOSALS: dict.fromkeys((Role.ADMINISTRATOR, Role.SUPERVISOR, Role.AUDITOR), _SEES),
    Action.SEE_OWN_PROPOSALS: dict.fromkeys(STAFF, _SEES),
    Action.SEE_RECORD: {Role.AUDITOR: _SEES},
    **{
        action: {Role.ADMINISTRATOR: _MAKES_AND_CHECKS, Role.SUPERVISOR: _CHECKS}
        for action in (*FOUR_EYES, Action.BIND_USER)
    },
    Action.EXPORT_PERSON: {Role.ADMINISTRATOR: frozenset({Right.DO})},
    Action.SEE_LIVE_DAY: dict.fromkeys(WATCH, _SEES),
    Action.SEE_DAYS: dict.fromkeys(WATCH, _SEES),
    **{
        action: {
            Role.CLEARING_CLERK: _MAKES,
            Role.SUPERVISOR: _MAKES_AND_CHECKS,
            Role.ADMINISTRATOR: _CHECKS,
        }
        for action in MEASURES
    },
    Action.STOP_IN_EMERGENCY: {
        Role.CLEARING_CLERK: frozenset({Right.DO}),
        Role.SUPERVISOR: frozenset({Right.DO, Right.CHECK}),
        Role.ADMINISTRATOR: _CHECKS,
    },
    Action.VERIFY_DAY: {Role.AUDITOR: frozenset({Right.DO})},
    Action.SEE_LEDGER: dict.fromkeys(WATCH, _SEES),
    **{action: {Role.CLEARING_CLERK: frozenset({Right.DO})} for action in BANKING},
    **{
        action: {Role.CLEARING_CLERK: _MAKES_AND_CHECKS, Role.SUPERVISOR: _CHECKS}
        for action in MONEY
    },
    Action.SEE_BINDINGS: dict.fromkeys((Role.ADMINISTRATOR, Role.SUPERVISOR, Role.AUDITOR), _SEES),
    Action.TRADE: {Role.TRADER: frozenset({Right.DO})},
    Action.SEE_MEMBER: {Role.MEMBER_CLERK: _SEES},
    Action.KEEP_KEYS: {Role.MEMBER_CLERK: frozenset({Right.DO})},
    Action.SEE_REGISTER: dict.fromkeys(WATCH, _SEES),
    **{
        action: {Role.CLEARING_CLERK: _MAKES_AND_CHECKS, Role.SUPERVISOR: _CHECKS}
        for action in REGISTER_OF_HOUSE
    },
    **{
        action: {
            Role.MEMBER_CLERK: _MAKES,
            Role.CLEARING_CLERK: _MAKES_AND_CHECKS,
            Role.SUPERVISOR: _CHECKS,
        }
        for action in REGISTER_OF_MEMBERS
    },
}


def may(roles: Iterable[str], action: Action, right: Right) -> bool:
    """Return whether somebody with these roles has a right."""
    row = TABLE[action]
    return any(right in row.get(Role(role), ()) for role in roles)


def roles_with(action: Action, right: Right) -> list[Role]:
    """Return the roles that have a right, in their order."""
    return [role for role in Role if may([role], action, right)]
