"""Every cell of role x action: by the table, by the services, by the pages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from huiguan.foundation.faults import InputFault
from huiguan.office.people.roles import (
    BANKING,
    FOUR_EYES,
    GIVEN,
    MEASURES,
    MONEY,
    TABLE,
    Action,
    Right,
    Role,
    may,
)

if TYPE_CHECKING:
    from tests.office.peopled import Office

# What is meant, by hand once more: own account, users, proposals of all, own
# proposals and those to decide on, record, changes of people; live day and days, measures of a
# day, stops in an emergency, proofs of a day; the ledger, its bank files, its money; bindings,
# changes of them, orders, member, keys.
# d do, s see, m make, c check, - nothing
MEANT = """
guest             -  -  -  -  -  -  -  -  -  -  -  -  -  -  -  -  -  -
applicant         d  -  -  -  -  -  -  -  -  -  -  -  -  -  -  -  -  -
tenant            d  -  -  -  -  -  -  -  -  -  -  -  -  -  -  -  -  -
employer          d  -  -  -  -  -  -  -  -  -  -  -  -  -  -  -  -  -
trader            d  -  -  -  -  -  -  -  -  -  -  -  -  -  -  d  -  -
member clerk      d  -  -  s  -  -  -  -  -  -  -  -  -  -  -  -  s  d
clearing clerk    d  -  -  s  -  -  s  m  d  -  s  d  mc -  -  -  -  -
supervisor        d  s  s  s  -  c  s  mc dc -  s  -  c  s  c  -  -  -
housing officer   d  -  -  s  -  -  -  -  -  -  -  -  -  -  -  -  -  -
building manager  d  -  -  s  -  -  -  -  -  -  -  -  -  -  -  -  -  -
auditor           d  s  s  s  s  -  s  -  -  d  s  -  -  s  -  -  -  -
administrator     d  s  s  s  -  mc s  c  c  -  s  -  -  s  mc -  -  -
"""
COLUMNS = (
    (Action.KEEP_OWN_ACCOUNT,),
    (Action.SEE_USERS,),
    (Action.SEE_PROPOSALS,),
    (Action.SEE_OWN_PROPOSALS,),
    (Action.SEE_RECORD,),
    FOUR_EYES,
    (Action.SEE_LIVE_DAY, Action.SEE_DAYS),
    MEASURES,
    (Action.STOP_IN_EMERGENCY,),
    (Action.VERIFY_DAY,),
    (Action.SEE_LEDGER,),
    BANKING,
    MONEY,
    (Action.SEE_BINDINGS,),
    (Action.BIND_USER,),
    (Action.TRADE,),
    (Action.SEE_MEMBER,),
    (Action.KEEP_KEYS,),
)
LETTERS = {"d": Right.DO, "s": Right.SEE, "m": Right.MAKE, "c": Right.CHECK}


def meant() -> dict[tuple[Role, Action], set[Right]]:
    """Return the table above, cell by cell."""
    found = {}
    for line in MEANT.strip().splitlines():
        words = line.split()
        name, cells = words[: -len(COLUMNS)], words[-len(COLUMNS) :]
        for actions, cell in zip(COLUMNS, cells, strict=True):
            for action in actions:
                rights = {LETTERS[letter] for letter in cell if letter != "-"}
                found[Role(" ".join(name)), action] = rights
    return found


CELLS = meant()
PAGES = {
    "/account": (Action.KEEP_OWN_ACCOUNT, Right.DO),
    "/users": (Action.SEE_USERS, Right.SEE),
    "/users/1": (Action.SEE_USERS, Right.SEE),
    "/users/999": (Action.SEE_USERS, Right.SEE),
    "/users/new": (Action.MAKE_USER, Right.MAKE),
    "/proposals": (Action.SEE_OWN_PROPOSALS, Right.SEE),
    "/proposals/1": (Action.SEE_OWN_PROPOSALS, Right.SEE),
    "/record": (Action.SEE_RECORD, Right.SEE),
    "/live-day": (Action.SEE_LIVE_DAY, Right.SEE),
    "/days": (Action.SEE_DAYS, Right.SEE),
    "/days/20260821": (Action.SEE_DAYS, Right.SEE),
    "/day-end/20260821": (Action.SEE_DAYS, Right.SEE),
    "/day-start/20260821": (Action.SEE_DAYS, Right.SEE),
    "/rule-desk": (Action.SEE_DAYS, Right.SEE),
    "/rule-desk/1": (Action.SEE_DAYS, Right.SEE),
    **dict.fromkeys(
        ("/ledger", "/ledger/proof", "/ledger/bank", "/ledger/payments", "/ledger/collateral"),
        (Action.SEE_LEDGER, Right.SEE),
    ),
    **dict.fromkeys(
        (
            *("/ledger/books/1", "/ledger/accounts/1", "/ledger/transfers/1"),
            *("/ledger/bank/1", "/ledger/lines/1", "/ledger/collateral/1"),
        ),
        (Action.SEE_LEDGER, Right.SEE),
    ),
    "/ledger/payments/1.xml": (Action.MAKE_PAYMENT_FILE, Right.DO),
}


NOT_THERE = (
    *("/users/999", "/days/20260821", "/day-end/20260821", "/day-start/20260821"),
    "/rule-desk/1",
    *("/ledger/books/1", "/ledger/accounts/1", "/ledger/transfers/1"),
    *("/ledger/bank/1", "/ledger/lines/1", "/ledger/collateral/1", "/ledger/payments/1.xml"),
)


def test_every_role_and_action_has_a_cell() -> None:
    assert len(CELLS) == len(Role) * len(Action)
    assert set(TABLE) == set(Action)


@pytest.mark.parametrize("right", Right)
@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("role", Role)
def test_a_cell_is_what_is_meant(role: Role, action: Action, right: Right) -> None:
    assert may([role], action, right) == (right in CELLS[role, action])


def test_who_has_two_roles_has_what_either_gives() -> None:
    both = (Role.AUDITOR, Role.SUPERVISOR)
    assert may(both, Action.SEE_RECORD, Right.SEE)
    assert may(both, Action.LOCK_USER, Right.CHECK)
    assert not may(both, Action.LOCK_USER, Right.MAKE)
    assert not may([], Action.KEEP_OWN_ACCOUNT, Right.DO)


@pytest.mark.parametrize("role", GIVEN)
def test_services_make_and_check_for_those_alone(office: Office, role: Role) -> None:
    """Each action, tried by each role: to make it, and to check one that another person made."""
    from huiguan.office.people import proposals

    office.second_administrator()
    user = office[role.replace(" ", "-")]
    made = dict.fromkeys(FOUR_EYES, False)
    checked = dict.fromkeys(FOUR_EYES, False)
    for action in FOUR_EYES:
        subject = None if action is Action.MAKE_USER else office["tenant"]
        if action is Action.UNLOCK_USER:
            subject.is_locked = True
            subject.save()
            subject = office["tenant"]
        after = {"name": f"new-{role[:3]}", "roles": ["trader"], "language": "en"}
        given = {"action": action, "subject": subject, "after": after, "why": "a try"}
        try:
            proposals.propose(maker=user, **given)
            made[action] = True
        except InputFault as fault:
            assert "your roles do not let you propose this" in str(fault)  # noqa: PT017
        maker = office["second" if role == Role.ADMINISTRATOR else "administrator"]
        waits = proposals.propose(maker=maker, **given)
        try:
            proposals.decline(checker=user, number=waits.pk, why="a try")
            checked[action] = True
        except InputFault as fault:
            assert ("let you decide on this" in str(fault)) or role == "tenant"  # noqa: PT017
        office["tenant"].save()
    for action in FOUR_EYES:
        assert made[action] == (Right.MAKE in CELLS[role, action])
        assert checked[action] == (Right.CHECK in CELLS[role, action])


@pytest.mark.parametrize("role", Role)
def test_pages_open_for_those_alone(office: Office, role: Role) -> None:
    """A guest is asked to sign in; who lacks the right reads the same of what is not there."""
    office.propose()
    name = "" if role is Role.GUEST else role.replace(" ", "-")
    browser = office.browser(name)
    for path, (action, right) in PAGES.items():
        answer = browser.get(path)
        page = answer.content.decode()
        if role is Role.GUEST:
            assert answer.headers["Location"] == f"/sign-in?next={path.replace('/', '%2F')}"
        elif right in CELLS[role, action]:
            not_there = path in NOT_THERE or (
                path == "/proposals/1"  # another's
                and Right.SEE not in CELLS[role, Action.SEE_PROPOSALS]
            )
            assert answer.status_code == (404 if not_there else 200), path
        else:
            assert answer.status_code == 403
            assert "This page is for:" in page
    if role not in (Role.GUEST, Role.ADMINISTRATOR, Role.SUPERVISOR, Role.AUDITOR):
        there, not_there = (without_form_keys(browser, f"/users/{n}") for n in (1, 999))
        assert there == not_there


def without_form_keys(browser: Any, path: str) -> str:
    """Return a page without its own address and the keys of its forms."""
    page = browser.get(path).content.decode().replace(path, "")
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page)


@pytest.mark.parametrize("role", GIVEN)
def test_pages_change_nothing_for_the_others(office: Office, role: Role) -> None:
    """Forms sent past the pages that show them: what the role may not do is not done."""
    from huiguan.office.people.models import Proposal

    waits = office.propose()
    browser = office.browser(role.replace(" ", "-"))
    browser.post("/users/new", {"name": "li", "language": "en", "roles": ["trader"], "why": "x"})
    browser.post("/users/2", {"do": "lock user", "lock-user-why": "x"})
    makes = Right.MAKE in CELLS[role, Action.MAKE_USER]
    assert Proposal.objects.count() == (3 if makes else 1)
    browser.post(f"/proposals/{waits.pk}", {"do": "approve"})
    waits.refresh_from_db()
    assert (waits.state == "approved") == (role == Role.SUPERVISOR)
