"""What a checker finds in the frozen rows alone: numbers, lists, facts, supply, seats by rule."""

import re
from datetime import date
from fractions import Fraction
from math import ceil, floor

import msgspec
import numpy as np

from huiguan.foundation.faults import InputFault
from huiguan.foundation.kernel import kernel
from huiguan.foundation.readers.values import no_date
from huiguan.housing.allocation.market import CLASSES
from huiguan.housing.allocation.reserves import REST, ROUNDINGS, Policy, SlotRule
from huiguan.housing.round.draw import MOST_TICKETS
from huiguan.housing.round.frozen import (
    FORMAT,
    PROMISE,
    STATES,
    FrozenRound,
    Programme,
    RoundHead,
    read_facts,
)
from huiguan.housing.round.letters import NAME, TEXT
from huiguan.housing.verify.beacon import QUICKNET

HASH = re.compile("[0-9a-f]{64}")
PARTY = re.compile("[!-<>-~]{1,48}")
DAY = re.compile("(19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}")
SHARE = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?%?|[0-9]{1,9}/[1-9][0-9]{0,8}")


class Finding(msgspec.Struct, frozen=True):
    """One thing that is wrong, where it stands, and why."""

    code: str
    file: str
    row: str  # the number, or programme and slot
    sentence: str

    def told(self) -> str:
        """Return it as a line; what concerns the whole folder names no row."""
        where = [self.file, self.row] if self.code != "folder" else []
        return ": ".join(part for part in (*where, self.sentence) if part) + f" [{self.code}]"


def valid_numbers(numbers: np.ndarray) -> np.ndarray:
    """Return which of ``numbers`` (S9) are eight digits and their MOD 11-2 check character."""
    letters = numbers.astype("S9").view(np.uint8).reshape(-1, 9).T.copy()
    valid = np.ones(numbers.size, dtype=np.bool_)
    total = np.zeros(numbers.size, dtype=np.int32)
    for digits, power in zip(letters[:8], range(8, 0, -1), strict=True):
        valid &= (digits >= ord("0")) & (digits <= ord("9"))
        total += (digits.astype(np.int32) - ord("0")) * (2**power % 11)
    check = np.frombuffer(b"0123456789X", dtype=np.uint8)[(12 - total % 11) % 11]
    valid &= check == letters[8]
    return valid


def each(code: str, file: str, numbers: np.ndarray, sentence: str) -> list[Finding]:
    """Return one finding for each of ``numbers`` (S9)."""
    return [Finding(code, file, number.decode(), sentence) for number in numbers]


def check_frozen(frozen: FrozenRound) -> list[Finding]:
    """Return what is wrong with the rows of a round before its draw."""
    return [
        *check_head(frozen),
        *check_applications(frozen),
        *check_lists(frozen),
        *check_policies(frozen),
        *check_supply(frozen),
        *check_facts(frozen),
    ]


def check_head(frozen: FrozenRound) -> list[Finding]:
    """Find a head that leaves open what must be fixed before the public value exists."""
    head = frozen.head
    first = head.attempt == 1
    wrong = [
        ("format", 1 <= head.format <= FORMAT, f"the formats are 1 to {FORMAT}"),
        ("format", head.format >= 3 or all_ascii(frozen), "Chinese names came with format 3"),
        ("round", head.round and TEXT.fullmatch(head.round), "a round needs a printable name"),
        ("attempt", head.attempt >= 1, "attempts count from 1"),
        ("previous", first == (not head.previous), "attempts after the first name the last one"),
        ("previous", first or HASH.fullmatch(head.previous), "it is no commitment"),
        (
            "date",
            DAY.fullmatch(head.date) and is_day(head.date),
            str(no_date(head.date, "day of the freeze")),
        ),
        (
            "lottery",
            head.lottery in ("ticket", "since"),
            f"{head.lottery!r} is neither ticket nor since",
        ),
        ("list_limit", 1 <= head.list_limit < 10**9, "the limit of a list counts from 1"),
        (
            "promise",
            head.promise == PROMISE.format(limit=head.list_limit),
            "it has other words than every round's",
        ),
        *check_randomness(head),
    ]
    return [
        Finding("head", "round.toml", row, sentence) for row, good, sentence in wrong if not good
    ]


def all_ascii(frozen: FrozenRound) -> bool:
    """Return whether every name and text of a round is ASCII."""
    policies = frozen.policies.values()
    texts = [frozen.head.round, *frozen.fact_value]
    texts += [t for p in frozen.programmes for t in (p.programme, p.reason, p.policy)]
    texts += [t for p in policies for t in (p.name, p.source, p.status)]
    texts += [t for p in policies for slot in p.slot for t in (slot.name, slot.claim)]
    return all(map(str.isascii, texts))


def check_randomness(head: RoundHead) -> list[tuple[str, object, str]]:
    """Return row, whether it is right, and what is wrong, of who or what draws."""
    drand = head.randomness == "drand"
    names = [pledge.name for pledge in head.party]
    pledged = all(HASH.fullmatch(pledge.commitment) for pledge in head.party)
    named = all(PARTY.fullmatch(name) for name in names) and len(set(names)) == len(names)
    future = drand and head.chain == QUICKNET and 1 <= head.beacon_round < 10**18
    none = not drand and not head.chain and not head.beacon_round
    return [
        (
            "randomness",
            drand or head.randomness == "parties",
            "it is drand, or parties with their commitments",
        ),
        (
            "beacon_round",
            future or none,
            "name the chain and a future round of drand's quicknet; with parties neither",
        ),
        ("party", drand != bool(names), "it is drand, or parties with their commitments"),
        ("party", named, "parties have names of their own, printable, without blank or ="),
        (
            "party",
            pledged,
            (
                "a commitment is 64 small hexadecimal digits, or its secret could never be shown; "
                "huiguan round pledge makes one"
            ),
        ),
    ]


def is_day(text: str) -> bool:
    """Return whether a text like 2026-09-01 is a day of the calendar."""
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def check_applications(frozen: FrozenRound) -> list[Finding]:
    """Find wrong check characters, and applications without a ticket or a head."""
    file, numbers = "applications.csv", frozen.numbers
    wrong = ~valid_numbers(numbers)
    empty = (frozen.weight < 1) | (frozen.size < 1)
    many = frozen.weight > MOST_TICKETS
    nobody = [] if numbers.size else ["a round without applications is none"]
    return [
        *(Finding("weight", file, "", sentence) for sentence in nobody),
        *each("check-character", file, numbers[wrong], "the last character does not fit"),
        *each("weight", file, numbers[empty], "it has no ticket, or nobody in it"),
        *each("weight", file, numbers[many], f"more than {MOST_TICKETS:,} tickets"),
    ]


def check_lists(frozen: FrozenRound) -> list[Finding]:
    """Find lists that are too long or name a home twice."""
    file, limit = "choices.csv", frozen.head.list_limit
    lengths = np.diff(frozen.list_start)
    twice = np.zeros(frozen.numbers.size, dtype=np.bool_)
    seen = np.full(len(frozen.programmes), -1, dtype=np.int64)
    names_twice(frozen.list_start, frozen.listed, seen, twice)
    return [
        *each("list-long", file, frozen.numbers[lengths > limit], f"more than {limit} choices"),
        *each("list-twice", file, frozen.numbers[twice], "it names a home twice"),
    ]


@kernel
def names_twice(
    list_start: np.ndarray, listed: np.ndarray, seen: np.ndarray, twice: np.ndarray
) -> None:
    """Mark the lists that name a home twice; ``seen`` [programme] starts at -1."""
    for row in range(twice.size):
        for at in range(list_start[row], list_start[row + 1]):
            if seen[listed[at]] == row:
                twice[row] = True
            seen[listed[at]] = row


def check_facts(frozen: FrozenRound) -> list[Finding]:
    """Find the first fact that has no meaning, is given twice or points nowhere."""
    try:
        read_facts(frozen)
    except InputFault as fault:
        where, _, sentence = str(fault).removeprefix("facts.csv: ").partition(": ")
        return [Finding("fact", "facts.csv", where, sentence)]
    return []


def check_policies(frozen: FrozenRound) -> list[Finding]:
    """Find policies whose slots cannot be told apart, or whose guarantee comes too late."""
    out = []
    claims = {slot.claim for p in frozen.policies.values() for slot in p.slot if slot.claim}
    if len(claims) >= CLASSES:
        sentence = f"they ask for {len(claims)} claims; at most {CLASSES - 1} fit"
        out.append(Finding("policy", "rules/policies.toml", "", sentence))
    for policy in frozen.policies.values():
        names = [slot.name for slot in policy.slot] + [REST]
        if len(set(names)) != len(names):
            sentence = f"slots need names of their own, and {REST} is taken"
            out.append(Finding("policy", "rules/policies.toml", policy.name, sentence))
        if any(slot.own and slot.claim for slot in policy.slot):
            sentence = "the slot of tenants' own homes asks for no other claim"
            out.append(Finding("policy", "rules/policies.toml", policy.name, sentence))
        if any(slot.own for slot in policy.slot[1:]):
            sentence = "the own-home guarantee holds only if its slot is filled first"
            out.append(Finding("policy", "rules/policies.toml", policy.name, sentence))
        for slot in policy.slot:
            row = f"{policy.name},{slot.name}"
            out += [
                Finding("policy", "rules/policies.toml", row, sentence)
                for sentence in wrong_slot(slot)
            ]
    return out


def wrong_slot(slot: SlotRule) -> list[str]:
    """Return why a slot's name, share, rounding or seats cannot be what a programme fills."""
    out = []
    if not NAME.fullmatch(slot.name):
        out.append("a slot's name is 1 to 48 of A-Z, a-z, 0-9, point, hyphen and underscore")
    if slot.claim and not NAME.fullmatch(slot.claim):
        out.append("a claim is 1 to 48 of A-Z, a-z, 0-9, point, hyphen and underscore")
    if slot.share and not SHARE.fullmatch(slot.share):
        out.append(f"{slot.share!r} is no share; write it like 20%, 0.2 or 1/5")
    elif slot.share and Fraction(slot.share.rstrip("%")) > (100 if "%" in slot.share else 1):
        out.append(f"a share is at most everything, not {slot.share}")
    if slot.rounding not in ROUNDINGS:
        out.append(f"rounding is one of {', '.join(ROUNDINGS)}, not {slot.rounding!r}")
    if not (0 <= slot.seats < 10**9 and 0 <= slot.minimum < 10**9):
        out.append("seats and minimum are zero or more, and less than a thousand million")
    if slot.own + bool(slot.share) + bool(slot.seats) > 1:
        out.append("it counts its seats in two ways; keep one of own, share and seats")
    return out


def check_supply(frozen: FrozenRound) -> list[Finding]:
    """Find homes that are nowhere, held without a reason, or not kept for their own tenants."""
    own = {p.programme: 0 for p in frozen.programmes}
    file = "programmes.csv"
    out = []
    for row, name, value in zip(
        frozen.fact_row.tolist(), frozen.fact_name, frozen.fact_value, strict=True
    ):
        if name == "own" and STATES[frozen.state[row]] == "in" and value in own:
            own[value] += 1
    if not frozen.programmes:
        out.append(Finding("supply", file, "", "a round without homes is none"))
    for p in frozen.programmes:
        if p.stock != p.let + p.held + p.capacity:
            sentence = f"{p.stock} homes, but {p.let} let, {p.held} held and {p.capacity} offered"
            out.append(Finding("supply", file, p.programme, sentence))
        if (p.held > 0) != (p.reason != ""):
            out.append(Finding("held", file, p.programme, "homes are held if and only if a reason"))
        policy = frozen.policies.get(p.policy)
        if policy is None:
            out.append(Finding("policy", file, p.programme, f"policy {p.policy} is not in rules"))
            continue
        if p.own != own[p.programme] or p.own > p.capacity:
            sentence = f"{own[p.programme]} tenants take part, {p.own} of their homes are counted"
            out.append(Finding("own", file, p.programme, sentence))
        if p.own and not any(slot.own for slot in policy.slot):
            sentence = "tenants take part, but the policy has no slot for their own homes"
            out.append(Finding("own", file, p.programme, sentence))
        if not 1 <= p.size_least <= p.size_most:
            sentence = f"homes for {p.size_least} to {p.size_most} heads are for nobody"
            out.append(Finding("size", file, p.programme, sentence))
        if p.sex not in ("any", "f", "m"):
            out.append(Finding("sex", file, p.programme, f"{p.sex} is not any, f or m"))
    return out


def seats_by_rule(policy: Policy, programme: Programme) -> list[int]:
    """Return the seats of every slot by its share and rounding, in exact fractions."""
    left = programme.capacity
    seats = []
    for slot in policy.slot:
        if slot.own:
            wanted = programme.own
        elif slot.share:
            percent = slot.share.endswith("%")
            exact = Fraction(slot.share.rstrip("%")) * programme.capacity
            exact /= 100 if percent else 1
            nearest = floor(exact + Fraction(1, 2))
            rounded = {"down": floor(exact), "up": ceil(exact), "half-up": nearest}
            wanted = max(rounded[slot.rounding], slot.minimum)
        else:
            wanted = slot.seats
        seats.append(min(left, wanted))
        left -= seats[-1]
    return seats
