"""A frozen round as columns, and the market it stands for.

The rows are those of the round folder (docs/reference/round_folder.md): programmes, applications,
sealed choices and sealed facts. Everything that decides is in them; the order of the rows never is.
"""

import re
from typing import NamedTuple

import msgspec
import numpy as np

from huiguan.foundation.faults import InputFault
from huiguan.foundation.kernel import kernel
from huiguan.housing.allocation.market import BARRED, CLASSES, EDGE, OPEN, Market
from huiguan.housing.allocation.reserves import Policy, slot_seats
from huiguan.housing.round.letters import NAME_LETTER

STATES = ("in", "refused", "withdrawn", "void")
FACTS = {  # the one form of every kind of fact
    "sex": re.compile("[fm]"),
    "own": re.compile(f"{NAME_LETTER}+"),
    "claim": re.compile(f"{NAME_LETTER}+(@{NAME_LETTER}+)?"),
    "tier": re.compile(f"(0|[1-9][0-9]{{0,8}})@{NAME_LETTER}+"),
}
FORMAT = 3  # of a folder: 2 has canonical policies and a signed declaration of void, 3 Chinese
SEXES = ("any", "f", "m")  # of a room; a person is f or m, or has not said
PROMISE = (
    "facts verified and supply fixed before the draw, fewer than {limit} choices listed: "
    "no false ranking gives a better result in this round"
)


class PartyPledge(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A party's commitment, public before the freeze."""

    name: str
    commitment: str


class RoundHead(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is fixed about a round before anybody can know the public value."""

    format: int = 1  # of the folder; FORMAT is written, older ones are read
    round: str
    attempt: int = 1
    previous: str = ""  # commitment of the void attempt before this one
    date: str  # of the freeze
    lottery: str = "ticket"  # "ticket", or "since": list date first, ticket among equals
    randomness: str = "drand"  # "drand" or "parties"
    chain: str = ""  # hash of the drand chain
    beacon_round: int = 0
    list_limit: int = 20
    profile: str = "standard"
    promise: str = ""
    party: tuple[PartyPledge, ...] = ()


class Programme(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Homes of one building, level and form: the unit of choice.

    stock = let + held + capacity; the homes of tenants who take part (``own``) are in the capacity.
    """

    programme: str
    stock: int
    let: int
    held: int
    reason: str  # why some are held, "" if none
    own: int
    capacity: int
    size_least: int
    size_most: int
    sex: str
    policy: str


class FrozenRound(NamedTuple):
    """The rows of a round as columns; applications stand in order of number."""

    head: RoundHead
    policies: dict[str, Policy]
    programmes: list[Programme]  # in order of name
    numbers: np.ndarray  # S9 [application]
    state: np.ndarray  # int8 [application]: index into STATES
    tier: np.ndarray  # int32 [application]
    size: np.ndarray  # int32 [application]: heads
    weight: np.ndarray  # int32 [application]: tickets
    since: np.ndarray  # int32 [application]: yyyymmdd, 0 if none
    list_start: np.ndarray  # int64 [application + 1]: rows of its choices in `listed`
    listed: np.ndarray  # int32 [choice]: programme
    fact_row: np.ndarray  # int32 [fact]: application
    fact_name: list[str]
    fact_value: list[str]


class FrozenFacts(NamedTuple):
    """The sealed facts of a round, by application; ``-1`` means none."""

    sex: np.ndarray  # int8 [application]: index into SEXES, 0 if not said
    own: np.ndarray  # int32 [application]: programme of the present home
    claims: np.ndarray  # int32 [application]: bits of claims held everywhere
    local: list[tuple[int, int, int, int]]  # application, programme, extra claim bits, tier or -1


def claim_classes(frozen: FrozenRound) -> dict[str, int]:
    """Return the class of every claim some policy asks for, in order of name."""
    asked = {slot.claim for p in frozen.policies.values() for slot in p.slot if slot.claim}
    classes = {claim: row for row, claim in enumerate(sorted(asked))}
    if len(classes) >= CLASSES:
        raise InputFault(f"the policies ask for {len(classes)} claims; at most {CLASSES - 1} fit")
    return classes


def read_facts(frozen: FrozenRound) -> FrozenFacts:
    """Return the facts of a round; ``InputFault`` names the row that cannot be read.

    Facts are ``sex`` (f, m), ``own`` (programme), ``claim`` (code, or code@programme) and ``tier``
    (number@programme). A claim no policy asks for changes nothing.
    """
    classes = claim_classes(frozen)
    index = {p.programme: row for row, p in enumerate(frozen.programmes)}
    count = frozen.numbers.size
    facts = FrozenFacts(
        sex=np.zeros(count, dtype=np.int8),
        own=np.full(count, -1, dtype=np.int32),
        claims=np.zeros(count, dtype=np.int32),
        local=[],
    )
    tiers: dict[tuple[int, int], int] = {}
    known: set[tuple[str, str]] = set()  # facts whose form and places are right: many say the same
    rows = frozen.fact_row.tolist()
    for row, name, value in zip(rows, frozen.fact_name, frozen.fact_value, strict=True):
        what, at, place = value.partition("@")
        if (name, value) not in known:
            form = FACTS.get(name)
            if form is None or not form.fullmatch(value):
                raise _bad_fact(frozen, row, name, value, "it has no meaning")
            if (at and place not in index) or (name == "own" and what not in index):
                raise _bad_fact(frozen, row, name, value, "the programme is not in the round")
            known.add((name, value))
        if (
            (name == "own" and facts.own[row] >= 0)
            or (name == "sex" and facts.sex[row] != 0)
            or (name == "tier" and (row, index[place]) in tiers)
        ):
            raise _bad_fact(frozen, row, name, value, "it is given twice")
        if name == "own":
            facts.own[row] = index[what]
        elif name == "sex":
            facts.sex[row] = SEXES.index(what)
        elif name == "tier":
            tiers[row, index[place]] = int(what)
            facts.local.append((row, index[place], 0, int(what)))
        else:
            bit = 1 << classes[what] if what in classes else 0
            if place:
                facts.local.append((row, index[place], bit, -1))
            else:
                facts.claims[row] |= bit
    return facts


def _bad_fact(frozen: FrozenRound, row: int, name: str, value: str, why: str) -> InputFault:
    number = frozen.numbers[row].decode()
    return InputFault(f"facts.csv: {number},{name},{value}: {why}")


@kernel
def fill_edges(
    edges: np.ndarray,
    rows: np.ndarray,
    list_start: np.ndarray,
    listed: np.ndarray,
    size: np.ndarray,
    sex: np.ndarray,
    tier: np.ndarray,
    own: np.ndarray,
    claims: np.ndarray,
    own_bit: int,
    size_least: np.ndarray,
    size_most: np.ndarray,
    room_sex: np.ndarray,
) -> None:
    """Write the list of each application of ``rows``; choices that do not fit are barred.

    A tenant's own home ends the list, and is appended if it was not named.
    """
    for at in range(rows.size):
        row = rows[at]
        place = 0
        home = own[row]
        for choice in range(list_start[row], list_start[row + 1] + 1):
            if choice < list_start[row + 1]:
                programme = listed[choice]
            elif home >= 0:
                programme = home
            else:
                break
            fits = size_least[programme] <= size[row] <= size_most[programme] and (
                room_sex[programme] == 0 or room_sex[programme] == sex[row]
            )
            edge = edges[at, place]
            edge["rank"] = tier[row]
            edge["claims"] = claims[row]
            if programme == home:
                edge["claims"] = claims[row] | own_bit
                fits = True
            edge["programme"] = programme if fits else BARRED
            place += 1
            if programme == home:
                break
        for rest in range(place, edges.shape[1]):
            edges[at, rest]["programme"] = BARRED


@kernel
def mark_local(edges: np.ndarray, at: int, programme: int, bits: int, tier: int) -> None:
    """Give the applicant in row ``at`` more claims, or another tier, at one programme."""
    for place in range(edges.shape[1]):
        edge = edges[at, place]
        if edge["programme"] == programme:
            edge["claims"] = edge["claims"] | bits
            if tier >= 0:
                edge["rank"] = tier


def common_order(head: RoundHead, rank: np.ndarray, since: np.ndarray) -> np.ndarray:
    """Return rows of applications in the order the programmes use, first one first.

    ``rank`` is the rank in the draw. A weekly re-letting (``lottery = "since"``) orders by list
    date (``since`` int32: yyyymmdd, 0 if none) and lets the draw decide among equal dates; no date
    comes last.
    """
    dates = np.where(since == 0, 99999999, since)
    order: np.ndarray = np.lexsort((rank, dates) if head.lottery == "since" else (rank,))
    return order


def lottery_rows(frozen: FrozenRound, rank: np.ndarray) -> np.ndarray:
    """Return the applications that take part, first of the common order first.

    ``rank`` int32 [application]: rank in the draw.
    """
    rows = np.flatnonzero(frozen.state == 0)
    order: np.ndarray = rows[common_order(frozen.head, rank[rows], frozen.since[rows])]
    return order


def group_arrays(frozen: FrozenRound) -> dict[str, np.ndarray]:
    """Return the groups of every programme, by its policy's slots (``Market``)."""
    classes = claim_classes(frozen)
    own_class = len(classes)
    seats_of: dict[tuple[str, int, int], list[int]] = {}  # estates repeat few shapes
    first, kinds, seats, lapses = [0], [], [], []
    for programme in frozen.programmes:
        slots = frozen.policies[programme.policy].slot
        shape = (programme.policy, programme.capacity, programme.own)
        if shape not in seats_of:
            seats_of[shape] = slot_seats(slots, programme.capacity, programme.own)
        seats += seats_of[shape]
        for slot in slots:
            kinds.append(own_class if slot.own else classes.get(slot.claim, OPEN))
            lapses.append(int(slot.lapses))
        first.append(len(kinds))
    return {
        "capacity": np.array([p.capacity for p in frozen.programmes], dtype=np.int32),
        "first_group": np.array(first, dtype=np.int32),
        "group_class": np.array(kinds, dtype=np.int8),
        "group_seats": np.array(seats, dtype=np.int32),
        "group_lapses": np.array(lapses, dtype=np.int8),
    }


def group_names(frozen: FrozenRound) -> list[tuple[int, str]]:
    """Return (programme, slot name) of every group, in order."""
    return [
        (row, slot.name)
        for row, programme in enumerate(frozen.programmes)
        for slot in frozen.policies[programme.policy].slot
    ]


def build_market(frozen: FrozenRound, rows: np.ndarray) -> Market:
    """Return the market of a frozen round for applications ``rows`` in the common order."""
    facts = read_facts(frozen)
    programmes = frozen.programmes
    lengths = np.diff(frozen.list_start)
    longest = int(lengths.max(initial=0)) + int((facts.own >= 0).any())
    edges = np.zeros((rows.size, longest), dtype=EDGE)
    fill_edges(
        edges,
        rows.astype(np.int64),
        frozen.list_start,
        frozen.listed,
        frozen.size,
        facts.sex,
        frozen.tier,
        facts.own,
        facts.claims,
        1 << len(claim_classes(frozen)),
        np.array([p.size_least for p in programmes], dtype=np.int32),
        np.array([p.size_most for p in programmes], dtype=np.int32),
        np.array([SEXES.index(p.sex) for p in programmes], dtype=np.int8),
    )
    place = np.full(frozen.numbers.size, -1, dtype=np.int64)
    place[rows] = np.arange(rows.size)
    for row, programme, bits, tier in facts.local:
        if place[row] >= 0:
            mark_local(edges, int(place[row]), programme, bits, tier)
    return Market(edges=edges, **group_arrays(frozen))
