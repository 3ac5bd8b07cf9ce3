"""What was fixed before the draw: the list of files, the head, policies, homes, applications."""

import hashlib
import re
import tomllib
from datetime import date, timedelta
from fractions import Fraction
from math import ceil, floor
from typing import Any

from huiguan.housing.verify.beacon import FIRST_SECOND, PERIOD_SECONDS, QUICKNET
from huiguan.housing.verify.reading import (
    HASH,
    HEAD,
    MARKER,
    NAME,
    POLICIES,
    PROFILE,
    SLOT,
    Round,
    Unreadable,
    is_day,
)

FROZEN = {  # what MANIFEST must list
    "round.toml",
    "programmes.csv",
    "applications.csv",
    "choices.csv",
    "facts.csv",
    "rules/policies.toml",
    "rules/publication.toml",
    "verify.py",
    "verify_beacon.py",
}
PUBLISHABLE = {
    "round.toml",
    "programmes.csv",
    "applications.csv",
    "tickets.csv",
    "cutoffs.csv",
    "results.csv",
}
ALWAYS_PUBLIC = {"round.toml", "programmes.csv", "cutoffs.csv"}
ALWAYS_SEALED = {"choices.csv", "facts.csv"}
NUMBERED = ("applications.csv", "tickets.csv", "results.csv")  # public or sealed together
PROMISE = (
    "facts verified and supply fixed before the draw, fewer than {} choices listed: "
    "no false ranking gives a better result in this round"
)
SHARE = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?%?|[0-9]{1,9}/[1-9][0-9]{0,8}")
LAST = re.compile(r"MANIFEST|draw\.toml|RESULT|reruns/[1-9][0-9]{0,3}/RESULT")
MOST_TICKETS, MOST_CLAIMS, MOST_DOTS = 10_000, 30, 500
Inside = dict[str, tuple[int, int, int, str]]  # number -> tier, size, weight, since
Slot = tuple[str, str, int, bool]  # name, claim, seats, lapses
Programmes = dict[str, tuple[int, list[Slot], int, int, str, int]]  # capacity, ..., sizes, sex, own


def read_list(round_: Round, name: str) -> dict[str, str]:
    """Return name -> hash of a list in the form of ``sha256sum``, in byte order of the names."""
    hashes: dict[str, str] = {}
    before = ""
    for number, line in enumerate(round_.read(name).decode("ascii").split("\n")[:-1], 1):
        found = re.fullmatch(f"({HASH})  ([!-~]+)", line)
        if not found or found[2] <= before:
            what = f"line {number} is not in the form of sha256sum, in byte order of the names"
            raise Unreadable(name, what)
        before = found[2]
        hashes[found[2]] = found[1]
    if round_.read(name)[-1:] != b"\n":
        raise Unreadable(name, "it is not in the form of sha256sum: its last line has no end")
    return hashes


def check_list(round_: Round, name: str, due: set[str]) -> dict[str, str]:
    """Return name -> hash of a list that lists what is due, after comparing every file here."""
    hashes = read_list(round_, name)
    if hashes.keys() != due:
        odd = ", ".join(sorted(hashes.keys() ^ due))
        raise Unreadable(name, f"it does not list what it must, or lists more: {odd}")
    for listed, digest in hashes.items():
        if listed in round_.names and round_.sha256(listed) != digest:
            round_.wrong(name, f"{listed} was changed")
    return hashes


def check_frozen_list(round_: Round) -> set[str]:
    """Return the names of the frozen files: those of every round, more rules, what came before."""
    listed = read_list(round_, "MANIFEST").keys()
    rules = {name for name in listed if re.fullmatch(r"rules/[A-Za-z0-9._-]{1,48}\.toml", name)}
    due = FROZEN | rules | ({"PREVIOUS"} & listed)
    return set(check_list(round_, "MANIFEST", due))


def check_profile(round_: Round) -> set[str]:
    """Return the names of the tables that are sealed; the profile must place each of them once."""
    name = "rules/publication.toml"
    profile = round_.toml(name, PROFILE)
    public, sealed = profile["public"], profile["sealed"]
    both = [*public, *sealed]
    if (
        sorted(both) != sorted(PUBLISHABLE | ALWAYS_SEALED)
        or both != [*sorted(public), *sorted(sealed)]
        or not set(public) >= ALWAYS_PUBLIC
        or not set(sealed) >= ALWAYS_SEALED
        or len({table in sealed for table in NUMBERED}) != 1
    ):
        raise Unreadable(name, "it does not say of every table once whether it is public or sealed")
    return set(sealed)


def check_head(round_: Round) -> dict[str, Any]:
    """Return ``round.toml`` after looking for what it must have fixed before the draw."""
    head = round_.toml("round.toml", HEAD)
    round_.wide = head["format"] == 3
    profile = round_.toml("rules/publication.toml", PROFILE)
    drand = head["randomness"] == "drand"
    names = [party["name"] for party in head["party"]]
    for good, what in (
        (head["format"] in (1, 2, 3), "this program reads the formats 1 to 3"),
        (head["round"] != "", "the round has no name"),
        ((head["attempt"] > 1) == bool(head["previous"]), "attempts after the first name the last"),
        (head["attempt"] >= 1, "attempts are counted from 1"),
        (not head["previous"] or re.fullmatch(HASH, head["previous"]), "previous is no commitment"),
        (is_day(head["date"]), "the day of the freeze is none"),
        (head["lottery"] in ("ticket", "since"), "the lottery is ticket or since"),
        (drand or head["randomness"] == "parties", "the randomness is drand or parties"),
        (1 <= head["list_limit"] < 10**9, "the limit of a list is 1 or more"),
        (head["promise"] == PROMISE.format(head["list_limit"]), "the promise has other words"),
        (
            head["profile"] == profile["name"],
            "the profile is not the one of rules/publication.toml",
        ),
        (profile["effective"] <= head["date"], "the profile is not in force on the day"),
        (drand != bool(names), "parties draw, or drand does; not both, not nobody"),
        (len(set(names)) == len(names), "a party is named twice"),
        (all(re.fullmatch("[!-<>-~]{1,48}", name) for name in names), "a party has no usable name"),
        (
            all(re.fullmatch(HASH, party["commitment"]) for party in head["party"]),
            "the commitment of a party is not 64 hexadecimal digits",
        ),
        (
            head["chain"] == (QUICKNET if drand else ""),
            "the chain is not drand's quicknet, or is named in vain",
        ),
        ((head["beacon_round"] >= 1) == drand, "the round of the beacon is missing, or in vain"),
    ):
        if not good:
            round_.wrong("round.toml", what)
    if drand:
        check_time(round_, head)
    return head


def check_time(round_: Round, head: dict[str, Any]) -> None:
    """Note a beacon round that anybody could know on the day of the freeze."""
    second = FIRST_SECOND + PERIOD_SECONDS * (head["beacon_round"] - 1)
    if second < 10**11 and is_day(head["date"]):
        came = date(1970, 1, 1) + timedelta(days=second // 86_400)
        if came <= date.fromisoformat(head["date"]):
            round_.unproved.append(
                f"that nobody knew the value at the freeze: round {head['beacon_round']} of the "
                f"beacon came on {came}, the freeze is of {head['date']}"
            )


def check_previous(round_: Round, head: dict[str, Any]) -> None:
    """Check what the attempt says of the void one before it."""
    if "PREVIOUS" in round_.names:
        marker = round_.toml("PREVIOUS", MARKER)
        if not head["previous"] or marker["commitment"] != head["previous"]:
            round_.wrong("PREVIOUS", "it is not about the attempt that round.toml names")
        check_marker(round_, "PREVIOUS", marker)
    elif head["previous"]:
        round_.unproved.append(f"why attempt {head['attempt'] - 1} is void, and who said so")


def check_marker(round_: Round, name: str, marker: dict[str, Any]) -> None:
    """Check that a declaration says what it must: of which commitment, after what, why, who."""
    for good, what in (
        (marker["format"] == 1, "this program reads format 1"),
        (re.fullmatch(HASH, marker["commitment"]), "it names no commitment"),
        (LAST.fullmatch(marker["last"]), "it does not say after which file it was declared"),
        (re.fullmatch(HASH, marker["digest"]), "it has no hash of that file"),
        (marker["reason"].strip(), "it gives no reason"),
        (marker["by"].strip(), "it does not say who declared it"),
    ):
        if not good:
            round_.wrong(name, what)


def check_void(round_: Round, head: dict[str, Any], last: str) -> str:
    """Return who declared the attempt void and why; it must be bound to the end of the chain."""
    commitment = round_.sha256("MANIFEST")
    if head["format"] == 1:
        line = round_.read("VOID").decode("ascii")
        found = re.fullmatch(f"{commitment}  ([ -~]+)\n", line)
        if not found:
            raise Unreadable("VOID", "it does not name the commitment of this round and a reason")
        return found[1]
    marker = round_.toml("VOID", MARKER)
    check_marker(round_, "VOID", marker)
    if marker["commitment"] != commitment:
        round_.wrong("VOID", "it names another commitment")
    if (marker["last"], marker["digest"]) != (last, round_.sha256(last)):
        round_.wrong("VOID", f"it was not declared after {last} as it stands")
    return f"{marker['reason']} (declared by {marker['by']})"


def read_policies(round_: Round, head: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Return policy -> slots in fill order, after looking for what no rule may be."""
    name = "rules/policies.toml"
    if head["format"] == 1:
        policies = read_old_policies(round_, name)
    else:
        policies = round_.toml(name, POLICIES)["policy"]
    if len({policy["name"] for policy in policies}) != len(policies):
        round_.wrong(name, "two policies have one name")
    for policy in policies:
        slots = policy["slot"]
        where = f"{name}: {policy['name']}"
        if len({"rest", *(slot["name"] for slot in slots)}) != len(slots) + 1:
            round_.wrong(where, "slots need names of their own, and rest is taken")
        if any(slot["own"] for slot in slots[1:]):
            round_.wrong(where, "the slot of tenants' own homes must be filled first")
        for slot in slots:
            check_slot(round_, where, slot)
    claims = {slot["claim"] for policy in policies for slot in policy["slot"]} - {""}
    if len(claims) > MOST_CLAIMS:
        round_.wrong(name, f"it asks for more than {MOST_CLAIMS} claims")
    return {policy["name"]: policy["slot"] for policy in policies}


def check_slot(round_: Round, where: str, slot: dict[str, Any]) -> None:
    """Check one slot rule: its words, and that it counts its seats in one way."""
    share = slot["share"]
    for good, what in (
        (re.fullmatch(NAME, slot["name"]), "a slot has no usable name"),
        (re.fullmatch(f"({NAME})?", slot["claim"]), "a claim is no usable code"),
        (not (slot["own"] and slot["claim"]), "own homes ask for no claim"),
        (not share or SHARE.fullmatch(share), "a share is not written like 20%, 0.2 or 1/5"),
        (slot["rounding"] in ("down", "up", "half-up"), "the rounding is unknown"),
        (0 <= slot["seats"] < 10**9 and 0 <= slot["minimum"] < 10**9, "seats are 0 or more"),
        (slot["own"] + bool(share) + bool(slot["seats"]) <= 1, "it counts its seats in two ways"),
    ):
        if not good:
            raise Unreadable(where, f"slot {slot['name']!a}: {what}")
    if share and exact_share(share) > 1:
        round_.wrong(where, f"slot {slot['name']}: a share is at most everything")


def read_old_policies(round_: Round, name: str) -> list[dict[str, Any]]:
    """Return the policies of format 1: any TOML, the keys of a slot left out where usual."""
    usual = {"claim": "", "own": False, "seats": 0, "share": "", "rounding": "down", "minimum": 0}
    policies = []
    data = round_.read(name)
    if max(line.count(b".") for line in data.split(b"\n")) > MOST_DOTS:
        raise Unreadable(name, "a key of so many parts would take hours to read")
    document = tomllib.loads(data.decode("ascii"))
    for entry in document.pop("policy"):
        slots = [usual | {"lapses": True} | slot for slot in entry.get("slot", [])]
        policy = {"slot": [], **entry}
        if policy.keys() != {"name", "source", "status", "slot"} or any(
            slot.keys() != SLOT.keys()
            or any(type(slot[key]) is not KINDS[kind] for key, kind in SLOT.items())
            for slot in slots
        ):
            raise Unreadable(
                name, "a policy lacks a key, has an unknown one, or one of a wrong kind"
            )
        policies.append(policy | {"slot": slots})
    if document:
        raise Unreadable(name, "there is more in it than policies")
    return policies


KINDS = {"text": str, "number": int, "truth": bool}


def exact_share(share: str) -> Fraction:
    return Fraction(share.rstrip("%")) / (100 if "%" in share else 1)


def slot_seats(slots: list[dict[str, Any]], capacity: int, own: int) -> list[Slot]:
    """Return (name, claim, seats, lapses) of the slots of a programme, in fill order."""
    left = capacity
    seated: list[Slot] = []
    for slot in slots:
        if slot["own"]:
            wanted = own
        elif slot["share"]:
            exact = exact_share(slot["share"]) * capacity
            whole = {"down": floor(exact), "up": ceil(exact), "half-up": floor(exact * 2 + 1) // 2}
            wanted = max(whole[slot["rounding"]], slot["minimum"])
        else:
            wanted = slot["seats"]
        seats = min(wanted, left)
        left -= seats
        claim = "own home" if slot["own"] else slot["claim"]
        seated.append((slot["name"], claim, seats, slot["lapses"]))
    return seated


def check_supply(round_: Round, head: dict[str, Any]) -> Programmes:
    """Return the programmes by name; every home is let, held or in the round."""
    policies = read_policies(round_, head)
    programmes: Programmes = {}
    shapes: dict[tuple[str, int, int], list[Slot]] = {}
    where = "programmes.csv"
    for row in round_.rows(where):
        name, reason, sex, policy = row[0], row[4], row[9], row[10]
        stock, let, held, own, capacity, least, most = (int(row[i]) for i in (1, 2, 3, 5, 6, 7, 8))
        if policy not in policies:
            raise Unreadable(where, f"{name}: policy {policy} is not in rules/policies.toml")
        tenants_first = any(slot["own"] for slot in policies[policy])
        for good, what in (
            (
                stock == let + held + capacity,
                f"{stock} homes, but {let} let, {held} held, {capacity} in the round",
            ),
            ((held > 0) == (reason != ""), "homes are held if and only if there is a reason"),
            (own <= capacity, "more tenants take part than there are homes"),
            (not own or tenants_first, "tenants take part, the policy has no slot for their homes"),
            (1 <= least <= most, f"homes for {least} to {most} heads are for nobody"),
        ):
            if not good:
                round_.wrong(where, f"{name}: {what}")
        shape = (policy, capacity, own)
        if shape not in shapes:
            shapes[shape] = slot_seats(policies[policy], capacity, own)
        programmes[name] = (capacity, shapes[shape], least, most, sex, own)
    if not programmes:
        round_.wrong(where, "a round without homes is none")
    return programmes


FOUR_DIGITS = {  # ISO 7064 MOD 11-2 weighs the digits 256, 128, 64, 32 | 16, 8, 4, 2
    f"{n:04d}": 16 * (n // 1000) + 8 * (n // 100 % 10) + 4 * (n // 10 % 10) + 2 * (n % 10)
    for n in range(10_000)
}


def good_number(number: str) -> bool:
    """Eight digits and an ISO 7064 MOD 11-2 check character."""
    high, low = FOUR_DIGITS[number[:4]], FOUR_DIGITS[number[4:8]]
    return number[8:] == "0123456789X"[(12 - 16 * high - low) % 11]


def check_applications(round_: Round) -> Inside:
    """Return the applications in the draw: number -> (tier, size, weight, since)."""
    inside: Inside = {}
    where = "applications.csv"
    dates = {row[5] for row in round_.rows(where)} - {""}
    for day in dates:
        if not is_day(day):
            round_.wrong(where, f"{day} is no day")
    for number, state, tier, size, weight, since in round_.rows(where):
        if not good_number(number):
            round_.wrong(where, f"{number} has a wrong check character")
        if not 1 <= int(weight) <= MOST_TICKETS or int(size) < 1:
            raise Unreadable(where, f"{number} has no ticket, too many of them, or no head")
        if state == "in":
            inside[number] = (int(tier), int(size), int(weight), since)
    if not round_.rows(where):
        round_.wrong(where, "a round without applications is none")
    return inside


def lines_hash(*lines: str) -> str:
    return hashlib.sha256("".join(line + "\n" for line in lines).encode("ascii")).hexdigest()
