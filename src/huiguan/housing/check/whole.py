"""The full checker of a round: every finding names its file and its row.

It reads the frozen columns and the published outcome, and believes neither (decisions, The walk of
a home, 6): numbers, lists, supply, tickets, ranks; seats by fill order and rounding; one result per
number, on its own list, in a home that fits; the floor of tenants; no envy, no waste; every cut-off
and every result reproduced; equal to the applicant-optimal match.
"""

import hashlib
from typing import NamedTuple

import numpy as np

from huiguan.housing.check.lists import build_lists, build_slots, claim_bits, positions_in
from huiguan.housing.check.match import (
    FACTOR,
    FREE,
    NONE,
    Lists,
    Slots,
    best_match,
    first_clearing,
)
from huiguan.housing.check.rows import Finding, check_frozen, each
from huiguan.housing.round.frozen import FrozenRound

UNKNOWN = -9  # a programme or slot that does not exist
NO_HOME = -1
REST_SLOT = -1  # in the column of slots
NO_SLOT = -2  # of those without a home


class CheckedOutcome(NamedTuple):
    """What was published after the draw, as columns; rows of each table in order of its keys."""

    ticket_number: np.ndarray  # S9
    ticket_place: np.ndarray  # int32
    ticket_rank: np.ndarray  # int32
    ticket_k: np.ndarray  # int32
    ticket: np.ndarray  # S64
    result_number: np.ndarray  # S9
    result_programme: np.ndarray  # int32: row of programmes, NO_HOME or UNKNOWN
    result_slot: np.ndarray  # int32: row of all slots, REST_SLOT, NO_SLOT or UNKNOWN
    result_tier: np.ndarray  # int32, -1 if none
    cut_programme: np.ndarray  # int32, or UNKNOWN
    cut_slot: np.ndarray  # int32: row of all slots, REST_SLOT or UNKNOWN
    cut_seats: np.ndarray  # int32
    cut_filled: np.ndarray  # int32
    cut_tier: np.ndarray  # int32, -1 if none
    cut_place: np.ndarray  # int32, -1 if none


class Served(NamedTuple):
    """Results row by row, as far as they can be understood; -1 where there is none."""

    row: np.ndarray  # int64 [in the draw]: row of the applicant's list, or -1
    slot: np.ndarray  # int64 [in the draw]: slot, REST_SLOT, or NO_SLOT for no home


class Examined(NamedTuple):
    """A round as the checker has read it; without a finding everything in it is proved."""

    order: np.ndarray  # int64 [in the draw]: application, first of the common order first
    lists: Lists
    slots: Slots
    served: Served
    findings: list[Finding]


def check_round(
    frozen: FrozenRound, round_commitment: str, value: str, outcome: CheckedOutcome
) -> list[Finding]:
    """Return everything that is wrong with a round and its outcome; an empty list is a proof."""
    examined = examine_round(frozen, round_commitment, value, outcome)
    return examined if isinstance(examined, list) else examined.findings


def examine_round(
    frozen: FrozenRound, round_commitment: str, value: str, outcome: CheckedOutcome
) -> Examined | list[Finding]:
    """Return the round as read and checked, or the findings that end the check before its lists."""
    out = check_frozen(frozen)
    if out:
        return out
    places, found = check_tickets(frozen, round_commitment, value, outcome)
    if found:
        return found
    order = np.flatnonzero(frozen.state == 0)
    order = order[np.argsort(places[order], kind="stable")]
    lists = build_lists(frozen, order)
    slots = build_slots(frozen)
    served, out = check_results(frozen, order, lists, slots, outcome)
    cuts, rest_cuts, found = check_cutoffs(frozen, lists, slots, served, outcome)
    out += found
    out += check_stability(frozen, order, lists, slots, served, cuts, rest_cuts)
    if not out:
        out = check_optimal(frozen, order, lists, slots, served)
    return Examined(order, lists, slots, served, out)


def check_tickets(
    frozen: FrozenRound, round_commitment: str, value: str, outcome: CheckedOutcome
) -> tuple[np.ndarray, list[Finding]]:
    """Return the place of every application in the common order, from tickets computed again."""
    head = frozen.head
    rows = np.flatnonzero(frozen.state == 0)
    numbers = frozen.numbers[rows]
    start = f"huiguan ticket 1\n{head.round}\n{round_commitment}\n{value}\n".encode()
    digests, best_k = tickets_again(start, numbers.tolist(), frozen.weight[rows].tolist())
    rank = np.zeros(rows.size, dtype=np.int64)
    rank[ascending(digests)] = np.arange(1, rows.size + 1)
    place = rank
    if head.lottery == "since":
        dates = np.where(frozen.since[rows] == 0, 99999999, frozen.since[rows])
        place = np.zeros(rows.size, dtype=np.int64)
        place[np.lexsort((rank, dates))] = np.arange(1, rows.size + 1)
    places = np.zeros(frozen.numbers.size, dtype=np.int64)
    places[rows] = place
    file = "tickets.csv"
    at, known, missing, _ = find_rows(numbers, outcome.ticket_number)
    out = each("ticket-missing", file, numbers[missing], "it is in the draw")
    out += each("ticket-extra", file, outcome.ticket_number[~known], "it is not in the draw")
    at, said = at[known], outcome.ticket_number[known]
    published = np.frombuffer(bytes.fromhex(outcome.ticket[known].tobytes().decode()), np.uint8)
    same = (published.reshape(-1, 32) == digests[at]).all(axis=1)
    same &= outcome.ticket_k[known] == best_k[at]
    out += each("ticket", file, said[~same], "this is not its best ticket")
    ranked = (outcome.ticket_rank[known] == rank[at]) & (outcome.ticket_place[known] == place[at])
    for row in np.flatnonzero(same & ~ranked).tolist():
        sentence = f"rank {rank[at[row]]} and place {place[at[row]]} follow from the tickets"
        out.append(Finding("rank", file, said[row].decode(), sentence))
    return places, out


def ascending(digests: np.ndarray) -> np.ndarray:
    """Return the order of digests (uint8 [n, 32]); eight bytes tell nearly all of them apart."""
    words = digests.view(">u8").astype(np.uint64)
    order = np.argsort(words[:, 0])
    first = words[order, 0]
    return order if (first[1:] > first[:-1]).all() else np.lexsort(words.T[::-1])


def tickets_again(
    start: bytes, numbers: list[bytes], weights: list[int]
) -> tuple[np.ndarray, np.ndarray]:
    """Return the smallest ticket of every application (uint8 [n, 32]) and which one it is."""
    best = []
    which = np.ones(len(numbers), dtype=np.int64)
    for row, (number, weight) in enumerate(zip(numbers, weights, strict=True)):
        line = start + number + b"\n"
        ticket = hashlib.sha256(line + b"1\n").digest()
        for k in range(2, weight + 1):
            other = hashlib.sha256(line + str(k).encode() + b"\n").digest()
            if other < ticket:
                ticket = other
                which[row] = k
        best.append(ticket)
    return np.frombuffer(b"".join(best), np.uint8).reshape(-1, 32), which


def find_rows(
    numbers: np.ndarray, wanted: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return where ``wanted`` stand in the sorted ``numbers`` and which of them do stand there.

    The other two arrays tell which of ``numbers`` are wanted by nobody, or more than once.
    """
    if not numbers.size:
        none = np.zeros(wanted.size, dtype=np.int64)
        return none, none > 0, np.zeros(0, dtype=np.bool_), np.zeros(0, dtype=np.bool_)
    if np.array_equal(numbers, wanted):
        every = np.ones(numbers.size, dtype=np.bool_)
        return np.arange(numbers.size), every, ~every, ~every
    at = np.minimum(np.searchsorted(numbers, wanted), numbers.size - 1)
    known = numbers[at] == wanted
    times = np.bincount(at[known], minlength=numbers.size)
    return at, known, times == 0, times > 1


def check_results(
    frozen: FrozenRound, order: np.ndarray, lists: Lists, slots: Slots, outcome: CheckedOutcome
) -> tuple[Served, list[Finding]]:
    """Find results that are missing, double, not asked for, or in a slot without the claim."""
    file = "results.csv"
    numbers, found = outcome.result_number, frozen.numbers
    at, known, missing, twice = find_rows(found, numbers)
    out = each("result-missing", file, found[missing], "it has no result")
    out += each("result-unknown", file, numbers[~known], "nobody has this number")
    out += each("result-twice", file, found[twice], "it has more than one result")
    position = positions_in(frozen, order)
    row_of = np.full(order.size, -1, dtype=np.int64)
    slot_of = np.full(order.size, -2, dtype=np.int64)
    given = known & (outcome.result_programme != NO_HOME)
    nothing = (outcome.result_slot == NO_SLOT) & (outcome.result_tier == -1)
    homeless = known & (outcome.result_programme == NO_HOME) & ~nothing
    out += each("slot", file, numbers[homeless], "a slot or tier but no home")
    outside = given & (position[at] < 0)
    out += each("not-in-draw", file, numbers[outside], "it has a home, but is not in")
    rows = np.flatnonzero(given & ~outside)
    who = position[at[rows]]
    span = lists.start[who + 1] - lists.start[who]
    longest = int(span.max(initial=0))
    match = np.full(rows.size, -1, dtype=np.int64)
    for step in range(longest):  # one place of all lists at a time
        row = np.minimum(lists.start[who] + step, max(lists.choice["programme"].size - 1, 0))
        hit = (step < span) & (lists.choice["programme"][row] == outcome.result_programme[rows])
        match[hit & (match < 0)] = row[hit & (match < 0)]
    out += each("not-listed", file, numbers[rows[match < 0]], "not on its list, or does not fit")
    rows, who, match = (a[match >= 0] for a in (rows, who, match))
    slot = outcome.result_slot[rows].astype(np.int64)
    programme = lists.choice["programme"][match]
    wrong = (slot != REST_SLOT) & (
        (slot < slots.start[programme]) | (slot >= slots.start[programme + 1])
    )
    out += each("slot", file, numbers[rows[wrong]], "the home has no such slot")
    asked = np.zeros(rows.size, dtype=np.int64)
    fine = ~wrong & (slot >= 0)
    asked[fine] = slots.claim[slot[fine]]
    barred = (asked != 0) & (lists.choice["claims"][match] & asked == 0)
    out += each("no-claim", file, numbers[rows[barred]], "it has no claim to this slot")
    tier = outcome.result_tier[rows] != lists.choice["key"][match] // FACTOR
    out += each("tier", file, numbers[rows[tier]], "the tier is not the one at this home")
    good = ~wrong
    row_of[who[good]] = match[good]
    slot_of[who[good]] = slot[good]
    return Served(row_of, slot_of), out


def slot_names(frozen: FrozenRound) -> list[str]:
    """Return the row "programme,slot" of every slot, then of every rest."""
    names = [
        f"{programme.programme},{slot.name}"
        for programme in frozen.programmes
        for slot in frozen.policies[programme.policy].slot
    ]
    return names + [f"{programme.programme},rest" for programme in frozen.programmes]


def check_cutoffs(
    frozen: FrozenRound, lists: Lists, slots: Slots, served: Served, outcome: CheckedOutcome
) -> tuple[np.ndarray, np.ndarray, list[Finding]]:
    """Return the cut-offs the results imply; find wrong seats, counts and last ones served."""
    names, file = slot_names(frozen), "cutoffs.csv"
    count = slots.seats.size
    held = np.flatnonzero(served.row >= 0)
    keys = lists.choice["key"][served.row[held]]
    slot = served.slot[held]
    where = np.where(slot >= 0, slot, count + lists.choice["programme"][served.row[held]])
    filled = np.bincount(where, minlength=len(names))
    last = np.full(len(names), NONE, dtype=np.int64)
    np.maximum.at(last, where, keys)
    counted = np.where(slots.lapses, filled[:count], slots.seats)
    running = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(counted)])
    left = slots.capacity - (running[slots.start[1:]] - running[slots.start[:-1]])
    seats = np.concatenate([slots.seats, left])
    out = [
        Finding("over", file, names[row], f"{filled[row]} results for {seats[row]} seats")
        for row in np.flatnonzero(filled > np.maximum(seats, 0)).tolist()
    ]
    said = np.where(outcome.cut_slot >= 0, outcome.cut_slot, count + outcome.cut_programme)
    said = np.where((outcome.cut_programme < 0) | (outcome.cut_slot < REST_SLOT), UNKNOWN, said)
    missing = np.setdiff1d(np.arange(len(names)), said)
    out += [Finding("cut-missing", file, names[row], "it has no row") for row in missing.tolist()]
    if (said == UNKNOWN).any():
        out.append(Finding("cut-extra", file, "?", "there is no such programme or slot"))
    rows = np.flatnonzero(said != UNKNOWN)
    said = said[rows]
    full = (filled >= seats) & (filled > 0)
    tier = np.where(full, last // FACTOR, -1)
    place = np.where(full, last % FACTOR + 1, -1)
    for code, published, right in (
        ("cut-seats", outcome.cut_seats[rows], seats[said]),
        ("cut-filled", outcome.cut_filled[rows], filled[said]),
        ("cut-last", outcome.cut_tier[rows], tier[said]),
        ("cut-last", outcome.cut_place[rows], place[said]),
    ):
        for at in np.flatnonzero(published != right).tolist():
            sentence = f"{right[at]} by the results, {published[at]} published"
            out.append(Finding(code, file, names[said[at]], sentence))
    cuts = np.where(filled < seats, FREE, np.where(seats > 0, last, NONE))
    return cuts[:count], cuts[count:], out


def check_stability(
    frozen: FrozenRound,
    order: np.ndarray,
    lists: Lists,
    slots: Slots,
    served: Served,
    cuts: np.ndarray,
    rest_cuts: np.ndarray,
) -> list[Finding]:
    """Find tenants below their floor, envy, waste, and seats taken in the wrong slot."""
    file = "results.csv"
    numbers = frozen.numbers[order]
    place = np.zeros(order.size, dtype=np.int64)
    taker = np.zeros(order.size, dtype=np.int64)
    first_clearing(lists, slots, cuts, rest_cuts, place, taker)
    names = slot_names(frozen)
    ends = np.maximum(lists.start[1:] - 1, 0)
    tenant = (lists.start[1:] > lists.start[:-1]) & (served.row < 0)
    if lists.choice["claims"].size:
        tenant &= lists.choice["claims"][ends] & claim_bits(frozen)[""] != 0
    out = each("floor", file, numbers[tenant], "a tenant has lost the present home")
    wrong = ((place != served.row) | ((place >= 0) & (taker != served.slot))) & ~tenant
    for at in np.flatnonzero(wrong).tolist():
        number = numbers[at].decode()
        row, slot = int(place[at]), int(taker[at])
        if row < 0 or (0 <= served.row[at] < row):
            sentence = "the cut-offs do not let it in where it is"
            out.append(Finding("cut", file, number, sentence))
            continue
        programme = int(lists.choice["programme"][row])
        name = names[slot if slot >= 0 else slots.seats.size + programme]
        if row == served.row[at]:
            out.append(Finding("slot-order", file, number, f"its seat is in {name}"))
        elif (cuts[slot] if slot >= 0 else rest_cuts[programme]) == FREE:
            out.append(Finding("waste", file, number, f"{name} has a seat left and it prefers it"))
        else:
            sentence = f"it prefers {name} and comes before the last one served there"
            out.append(Finding("envy", file, number, sentence))
    return out


def entry_order(lists: Lists) -> np.ndarray:
    """Return the applicants by the tier of their first choice, then by the common order."""
    tier = np.zeros(lists.start.size - 1, dtype=np.int16)
    some = lists.start[1:] > lists.start[:-1]
    first = lists.choice["key"][lists.start[:-1][some]] // FACTOR
    tier[some] = np.minimum(first, np.iinfo(np.int16).max)
    return np.argsort(tier, kind="stable")


def check_optimal(
    frozen: FrozenRound, order: np.ndarray, lists: Lists, slots: Slots, served: Served
) -> list[Finding]:
    """Find applicants who are worse off than in the applicant-optimal match."""
    at = np.zeros(order.size, dtype=np.int64)
    taker = np.zeros(order.size, dtype=np.int64)
    best_match(lists, slots, entry_order(lists), at, taker)
    best = np.where(taker == -2, -1, at)
    wrong = np.flatnonzero((best != served.row) | (taker != served.slot))
    names = [programme.programme for programme in frozen.programmes]
    out = []
    for row in wrong.tolist():
        better = names[lists.choice["programme"][best[row]]] if best[row] >= 0 else "no home"
        number = frozen.numbers[order[row]].decode()
        out.append(
            Finding("not-optimal", "results.csv", number, f"{better} is its best stable one")
        )
    return out
