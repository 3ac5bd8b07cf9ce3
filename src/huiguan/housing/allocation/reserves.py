"""Which of the applicants a programme keeps: reserves, their order, their rounding, overlaps.

An order is a list of names, best first. A slot rule is policy data: name, claim, seats, and whether
seats nobody claims fall to everybody at the end. The order of the rules is part of the policy:
Boston's walk zone lost its reserve to nothing but that order (Dur, Kominers, Pathak, Sonmez 2018).
"""

import re
from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction
from math import ceil, floor
from numbers import Rational
from typing import Annotated

import msgspec

from huiguan.foundation.cited import rule
from huiguan.foundation.faults import InputFault
from huiguan.foundation.readers.names import Name, Names, once
from huiguan.foundation.readers.signatures import checked, unchecked
from huiguan.foundation.readers.values import Count, shown
from huiguan.housing.allocation.lists import (
    ClaimName,
    ClaimNames,
    Claims,
    Seats,
    check_choice,
    check_strict,
)

REST = "rest"  # the slot of everybody who needs no reserve
SHARE = re.compile(r"[0-9]+(\.[0-9]+)?%?|[0-9]+/0*[1-9][0-9]*")
LONGEST_SHARE = 40
ROUNDINGS = ("down", "up", "half-up")


class SlotRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One group of seats of every programme under a policy; exactly one way to count its seats."""

    name: Name
    claim: ClaimName = ""  # the claim it asks for; "" is open to everybody
    own: bool = False  # seats: as many as tenants of the programme take part, and only for them
    seats: Count = 0
    share: str = ""  # seats as a share of the capacity, for example "20%"
    rounding: str = "down"
    minimum: Count = 0  # seats of a share, at least (never above the capacity)
    lapses: bool = True  # seats nobody claims fall to everybody at the end


class Policy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The slots of a programme in the order they are filled, and where the rule comes from."""

    name: str
    source: str
    status: str
    slot: tuple[SlotRule, ...] = ()


def exact_share(share: object) -> Fraction:
    """Return a share between 0 and 1: a text such as "20%", "0.2" or "1/5", or a ``Fraction``."""
    if isinstance(share, str) and len(share) <= LONGEST_SHARE and SHARE.fullmatch(share):
        exact = Fraction(share.rstrip("%")) / (100 if share.endswith("%") else 1)
    elif share is not True and share is not False and isinstance(share, Rational):
        exact = Fraction(share)
    else:
        raise InputFault(f"{shown(share)} is no exact share; write it like '20%', '0.2' or '1/5'")
    if not 0 <= exact <= 1:
        raise InputFault(f"a reserve is a share between 0% and 100%, not {shown(share)}")
    return exact


def read_share(share: object, _what: str) -> Fraction:
    """Return a share as an exact number; the reader of arguments."""
    return exact_share(share)


Share = Annotated[str | Fraction, read_share]


@rule("San Francisco: down, at least one; Parcoursup: up", "confirmed")
@checked
def reserved_units(units: Count, share: Share, rounding: str = "down", minimum: Count = 0) -> int:
    """Return how many of ``units`` a ``share`` such as "20%", "0.2" or "1/5" reserves.

    ``rounding`` is "down", "up" or "half-up"; ``minimum`` applies before the limit ``units``.
    Example: of 13 homes 20 % down is 2.6, so ``reserved_units(13, "20%")`` is 2; and
    ``reserved_units(13, "40%", "up")`` is 6; ``reserved_units(1, "20%", "down", 1)`` is 1.
    """
    if rounding not in ROUNDINGS:
        raise InputFault(f"rounding is one of {', '.join(ROUNDINGS)}, not {rounding!r}")
    exact = units * exact_share(share)
    rounded = {"down": floor(exact), "up": ceil(exact), "half-up": floor(exact + Fraction(1, 2))}
    return min(units, max(minimum, rounded[rounding]))


@rule("trap 5: fill order and rounding are data", "assumed")
@checked
def slot_seats(slots: Sequence[SlotRule], capacity: Seats, own: Count = 0) -> list[int]:
    """Return the seats of each slot of a programme with ``capacity`` seats and ``own`` tenants.

    A slot gets no more than the slots before it left.
    Example: 20 % and 40 % of 13, rounded down: ``slot_seats([SlotRule(name="DTHP", share="20%"),
    SlotRule(name="NRHP", share="40%")], 13)`` is [2, 5].
    """
    once([slot.name for slot in slots], "slots")
    if own > capacity:
        raise InputFault(f"{own} tenants take part for {capacity} seats; their homes are seats too")
    left = capacity
    seats = []
    for slot in slots:
        if slot.own + bool(slot.share) + bool(slot.seats) > 1:
            raise InputFault(f"slot {slot.name!r} counts its seats in two ways; keep one")
        if slot.own:
            wanted = own
        elif slot.share:
            wanted = unchecked(reserved_units)(capacity, slot.share, slot.rounding, slot.minimum)
        else:
            wanted = slot.seats
        seats.append(min(wanted, left))
        left -= seats[-1]
    return seats


@rule("slot-specific priorities (Kominers, Sonmez 2016); Dur and others 2018", "confirmed")
@checked
def fill_slots(
    order: Names,
    claims: Claims,
    capacity: Seats,
    slots: Sequence[tuple[ClaimName, Seats]],
    strict: ClaimNames = (),
) -> dict[str, str]:
    """Return who is kept, and for which claim, when slots are filled one after the other.

    ``order``: applicants, best first. ``claims``: applicant -> claims held. ``slots``: (claim,
    seats) in fill order, where claim "" is open to everybody. Each slot takes the best that are
    left and hold its claim; seats left over go at the end, as "", to the best of everybody left,
    but those of a ``strict`` claim stay empty: a ceiling on everybody else, not a reserve.
    Example: ``fill_slots(["a", "b", "w"], {"w": ["walk"]}, 2, [("", 1), ("walk", 1)])`` is
    {"a": "", "w": "walk"}; without w in line ``fill_slots(["a", "b"], {}, 2, [("walk", 1),
    ("", 1)])`` is {"a": "", "b": ""}, and ``fill_slots(["a", "b"], {}, 2, [("walk", 1), ("", 1)],
    strict=["walk"])`` is {"a": ""}.
    """
    check_choice(order, capacity, [seats for _, seats in slots])
    check_strict(strict, [claim for claim, _ in slots])
    kept: dict[str, str] = {}
    empty = 0
    for claim, seats in [*slots, ("", capacity)]:
        free = max(min(seats, capacity - len(kept) - empty), 0)
        able = [a for a in order if a not in kept and (not claim or claim in claims.get(a, ()))]
        kept.update(dict.fromkeys(able[:free], claim))
        if claim and claim in strict:
            empty += max(free - len(able), 0)
    return kept


@rule("minimum guarantee or over and above (Sonmez, Yenmez 2022)", "confirmed")
@checked
def reserve_choice(
    order: Names,
    claims: Claims,
    capacity: Seats,
    reserves: Mapping[Name, Seats],
    mode: str = "minimum",
) -> list[str]:
    """Return who is kept, in ``order``, under ``reserves`` (claim -> seats).

    ``mode`` "minimum": the best holders fill the reserves first, so holders who would get in anyway
    count. "over-and-above": the open seats are filled first, the reserves come on top.
    "maximise": persons with several claims are counted where most reserves are met
    (``fill_overlapping``). For the first two, claims are filled in the order of ``reserves``.
    Example: w and v hold "x". ``reserve_choice(["w", "a", "b", "v"], {"w": ["x"], "v": ["x"]}, 3,
    {"x": 1})`` is ["w", "a", "b"], and ``reserve_choice(["w", "a", "b", "v"], {"w": ["x"], "v":
    ["x"]}, 3, {"x": 1}, "over-and-above")`` is ["w", "a", "v"].
    """
    slots = list(reserves.items())
    if mode == "maximise":
        kept: Collection[str] = unchecked(fill_overlapping)(order, claims, capacity, reserves)
    elif mode == "minimum":
        kept = unchecked(fill_slots)(order, claims, capacity, slots)
    elif mode == "over-and-above":
        open_seats = max(capacity - sum(reserves.values()), 0)
        kept = unchecked(fill_slots)(order, claims, capacity, [("", open_seats), *slots])
    else:
        raise InputFault(f"mode is minimum, over-and-above or maximise, not {mode!r}")
    return [applicant for applicant in order if applicant in kept]


def _reseat(
    applicant: str,
    claims: Mapping[str, Collection[str]],
    reserves: Mapping[str, int],
    seated: dict[str, list[str]],
    tried: set[str],
) -> bool:
    """Seat ``applicant`` in a reserve, moving others between theirs if that makes room."""
    for claim in reserves:
        if claim in tried or claim not in claims.get(applicant, ()):
            continue
        tried.add(claim)
        if len(seated[claim]) < reserves[claim]:
            seated[claim].append(applicant)
            return True
        for at, other in enumerate(seated[claim]):
            if _reseat(other, claims, reserves, seated, tried):
                seated[claim][at] = applicant
                return True
    return False


@rule("overlapping reserves, meritorious choice (Sonmez, Yenmez 2022)", "confirmed")
@checked
def fill_overlapping(
    order: Names,
    claims: Claims,
    capacity: Seats,
    reserves: Mapping[Name, Seats],
) -> dict[str, str]:
    """Return who is kept and for which claim ("" for an open seat): most reserves, then best rank.

    Each person counts against one reserve. Going down the ``order``, a person joins the reserved
    seats if the reserves can then be met by one person more (others may be counted elsewhere);
    the open seats then go to the best of the rest.
    Example: ``fill_overlapping(["a", "c", "b"], {"a": ["x", "y"], "b": ["x"]}, 2,
    {"x": 1, "y": 1})`` is {"a": "y", "b": "x"}: counting a against y meets both reserves.
    """
    check_choice(order, capacity, reserves.values())
    seated: dict[str, list[str]] = {claim: [] for claim in sorted(reserves)}
    limits = {claim: reserves[claim] for claim in seated}
    reserved: list[str] = []
    for applicant in order:
        if len(reserved) < capacity and _reseat(applicant, claims, limits, seated, set()):
            reserved.append(applicant)
    kept = {applicant: claim for claim in seated for applicant in seated[claim]}
    for applicant in order:
        if len(kept) < capacity and applicant not in kept:
            kept[applicant] = ""
    return kept
