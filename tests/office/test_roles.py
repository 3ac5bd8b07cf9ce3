"""Every cell of role x action: by the table, by the services, by the pages."""

from __future__ import annotations

import re
from itertools import product
from typing import TYPE_CHECKING, Any

from huiguan.foundation.faults import InputFault
from huiguan.office.people.roles import (
    BANKING,
    FOUR_EYES,
    GIVEN,
    MEASURES,
    MONEY,
    REGISTER_OF_HOUSE,
    REGISTER_OF_MEMBERS,
    TABLE,
    Action,
    Right,
    Role,
    may,
)

if TYPE_CHECKING:
    from huiguan.office.people.models import User
    from tests.office.peopled import Office

# What is meant, by hand once more: own account, users, proposals of all, own
# proposals and those to decide on, record, changes of people; live day and days, measures of a
# day, stops in an emergency, proofs of a day; the ledger, its bank files, its money; bindings,
# changes of them, orders, member, keys; the register: members and seats, what members ask for.
# d do, s see, m make, c check, - nothing
MEANT = """
guest             -  -  -  -  -  -  -  -  -  -  -  -  -  -  -  -  -  -  -  -  -  -
applicant         d  -  -  -  -  -  -  -  -  -  -  -  -  -  -  -  -  -  -  -  -  -
tenant            d  -  -  -  -  -  -  -  -  -  -  -  -  -  -  -  -  -  -  -  -  -
employer          d  -  -  -  -  -  -  -  -  -  -  -  -  -  -  -  -  -  -  -  -  -
trader            d  -  -  -  -  -  -  -  -  -  -  -  -  -  -  d  -  -  -  -  -  -
member clerk      d  -  -  s  -  -  -  -  -  -  -  -  -  -  -  -  s  d  -  -  m  -
clearing clerk    d  -  -  s  -  -  s  m  d  -  s  d  mc -  -  -  -  -  s  mc mc  -
supervisor        d  s  s  s  -  c  s  mc dc -  s  -  c  s  c  -  -  -  s  c  c  -
housing officer   d  -  -  s  -  -  -  -  -  -  -  -  -  -  -  -  -  -  -  -  -  -
building manager  d  -  -  s  -  -  -  -  -  -  -  -  -  -  -  -  -  -  -  -  -  -
auditor           d  s  s  s  s  -  s  -  -  d  s  -  -  s  -  -  -  -  s  -  -  -
administrator     d  s  s  s  -  mc s  c  c  -  s  -  -  s  mc -  -  -  s  -  -  d
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
    (Action.SEE_REGISTER,),
    REGISTER_OF_HOUSE,
    REGISTER_OF_MEMBERS,
    (Action.EXPORT_PERSON,),
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


TRIES = 5
NOT_THERE = (
    *("/users/999", "/days/20260821", "/day-end/20260821", "/day-start/20260821"),
    "/rule-desk/1",
    *("/ledger/books/1", "/ledger/accounts/1", "/ledger/transfers/1"),
    *("/ledger/bank/1", "/ledger/lines/1", "/ledger/collateral/1", "/ledger/payments/1.xml"),
)


def test_every_role_and_action_has_a_cell() -> None:
    assert len(CELLS) == len(Role) * len(Action)
    assert set(TABLE) == set(Action)


def test_a_cell_is_what_is_meant() -> None:
    wrong = [
        (role, action, right)
        for role, action, right in product(Role, Action, Right)
        if may([role], action, right) != (right in CELLS[role, action])
    ]
    assert not wrong


def test_who_has_two_roles_has_what_either_gives() -> None:
    both = (Role.AUDITOR, Role.SUPERVISOR)
    assert may(both, Action.SEE_RECORD, Right.SEE)
    assert may(both, Action.LOCK_USER, Right.CHECK)
    assert not may(both, Action.LOCK_USER, Right.MAKE)
    assert not may([], Action.KEEP_OWN_ACCOUNT, Right.DO)


def test_services_make_and_check_for_those_alone(office: Office) -> None:
    """Each action, tried by each role: to make it, and to check one that another person made."""
    office.second_administrator()
    wrong = []
    for role in GIVEN:
        for action in FOUR_EYES:
            # nobody decides about themselves
            subject = office["applicant" if role == Role.TENANT else "tenant"]
            made, checked = tried(office, role, action, subject)
            if made != (Right.MAKE in CELLS[role, action]):
                wrong.append((role, action, "make", made))
            if checked != (Right.CHECK in CELLS[role, action]):
                wrong.append((role, action, "check", checked))
    assert not wrong


def tried(office: Office, role: Role, action: Action, subject: User) -> tuple[bool, bool]:
    """Return whether a role made a proposal, and decided on another person's."""
    from huiguan.office.people import proposals

    user, made, checked = office[role.replace(" ", "-")], False, False
    subject.is_locked = action is Action.UNLOCK_USER
    subject.save()
    after = {"name": f"new-{role[:3]}", "roles": ["trader"], "language": "en"}
    about = None if action is Action.MAKE_USER else subject
    given: Any = {"action": action, "subject": about, "after": after, "why": "a try"}
    try:
        proposals.propose(maker=user, **given)
        made = True
    except InputFault as fault:
        assert "your roles do not let you propose this" in str(fault)  # noqa: PT017
    maker = office["second" if role == Role.ADMINISTRATOR else "administrator"]
    waits = proposals.propose(maker=maker, **given)
    try:
        proposals.decline(checker=user, number=waits.pk, why="a try")
        checked = True
    except InputFault as fault:
        assert "let you decide on this" in str(fault)  # noqa: PT017
    subject.is_locked = False
    subject.save()
    return made, checked


def test_pages_open_for_those_alone(office: Office) -> None:
    """A guest is asked to sign in; who lacks the right reads the same of what is not there."""
    office.propose()
    wrong = []
    for role in Role:
        browser = office.browser("" if role is Role.GUEST else role.replace(" ", "-"))
        for path, (action, right) in PAGES.items():
            answer = browser.get(path)
            if not is_meant(role, path, answer, right in CELLS[role, action]):
                wrong.append((role, path, answer.status_code))
        if role not in (Role.GUEST, Role.ADMINISTRATOR, Role.SUPERVISOR, Role.AUDITOR):
            for _ in range(TRIES):  # a page says how old its market is: two of one second
                there, not_there = (without_form_keys(browser, f"/users/{n}") for n in (1, 999))
                if there == not_there:
                    break
            else:
                wrong.append((role, "/users/1", "tells more than /users/999"))
    assert not wrong


def is_meant(role: Role, path: str, answer: Any, is_open: bool) -> bool:
    """Return whether a page answered a role as the table says."""
    if role is Role.GUEST:
        asked: str = answer.headers["Location"]
        return asked == f"/sign-in?next={path.replace('/', '%2F')}"
    if not is_open:
        return answer.status_code == 403 and "This page is for:" in answer.content.decode()
    others = path == "/proposals/1" and Right.SEE not in CELLS[role, Action.SEE_PROPOSALS]
    expected = 404 if path in NOT_THERE or others else 200
    return answer.status_code == expected  # type: ignore[no-any-return]


def without_form_keys(browser: Any, path: str) -> str:
    """Return a page without its own address and the keys of its forms."""
    page = browser.get(path).content.decode().replace(path, "")
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page)


def test_pages_change_nothing_for_the_others(office: Office) -> None:
    """Forms sent past the pages that show them: what the role may not do is not done."""
    from huiguan.office.people.models import Proposal

    wrong = []
    for role in GIVEN:
        waits = office.propose(name=f"wang-{role[:3]}")
        before = Proposal.objects.count()
        browser = office.browser(role.replace(" ", "-"))
        name = f"li-{role[:3]}"
        browser.post(
            "/users/new", {"name": name, "language": "en", "roles": ["trader"], "why": "x"}
        )
        browser.post("/users/2", {"do": "lock user", "lock-user-why": "x"})
        made = Proposal.objects.count() - before
        if made != (2 if Right.MAKE in CELLS[role, Action.MAKE_USER] else 0):
            wrong.append((role, "made", made))
        browser.post(f"/proposals/{waits.pk}", {"do": "approve"})
        waits.refresh_from_db()
        if (waits.state == "approved") != (role == Role.SUPERVISOR):
            wrong.append((role, "decided", waits.state))
    assert not wrong
