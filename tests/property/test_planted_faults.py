"""The checker finds every planted fault, and names its row (issue 5, point 4 of what must hold)."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import pytest

from huiguan.housing.check.whole import (
    NO_HOME,
    NO_SLOT,
    REST_SLOT,
    UNKNOWN,
    CheckedOutcome,
    check_round,
)
from huiguan.housing.round.draw import application_number
from huiguan.housing.round.frozen import FrozenRound
from huiguan.rounds.allocate import allocate_round
from huiguan.rounds.draw import draw_round
from huiguan.rounds.freeze import freeze
from huiguan.storage.homes.round_folder import read_draw, read_frozen, read_outcome
from tests.rounds import HEAD, POLICIES, SIGNATURE, write_round

Planted = tuple[FrozenRound, CheckedOutcome, str]  # the changed round, and the row to be named
Plant = Callable[[np.random.Generator, FrozenRound, CheckedOutcome], Planted]
PER_KIND = 45


class Case:
    """One honest round, read back from its folder."""

    def __init__(self, source: Path, folder: Path) -> None:
        self.commitment = freeze(source, folder, None)
        draw_round(folder, SIGNATURE, {}, "")
        allocate_round(folder)
        self.frozen = read_frozen(folder)
        self.outcome = read_outcome(folder, self.frozen)
        self.value = read_draw(folder).value

    def rows(self, frozen: FrozenRound, outcome: CheckedOutcome) -> set[str]:
        return {f.row for f in check_round(frozen, self.commitment, self.value, outcome)}


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    base = tmp_path_factory.mktemp("case")
    source = write_round(base / "in", applicants=260, programmes=12, choices=6, seed=5)
    return Case(source, base / "out")


def write_pairs(folder: Path, pairs: int) -> Path:
    """Write a round of pairs with two stable matches each: every home ranks the other one first."""
    (folder / "rules").mkdir(parents=True)
    (folder / "round.toml").write_text(HEAD)
    (folder / "rules/policies.toml").write_text(POLICIES.split("\n[[policy.slot]]")[0])
    tables = {
        "programmes.csv": [
            "programme,stock,let,held,reason,own,capacity,size_least,size_most,sex,policy"
        ],
        "applications.csv": ["number,state,tier,size,weight,since"],
        "choices.csv": ["number,choices"],
        "facts.csv": ["number,fact,value"],
    }
    for pair in range(pairs):
        homes = [f"P{pair}", f"Q{pair}"]
        tables["programmes.csv"] += [f"{home},1,0,0,,0,1,1,9,any,standard" for home in homes]
        for side in (0, 1):
            number = application_number(2 * pair + side + 1)
            best, other = homes[side], homes[1 - side]
            tables["applications.csv"].append(f"{number},in,1,1,1,")
            tables["choices.csv"].append(f"{number},{best} {other}")
            tables["facts.csv"].append(f"{number},tier,0@{other}")
    for name, lines in tables.items():
        (folder / name).write_text("".join(f"{line}\n" for line in lines))
    return folder


def with_value(array: np.ndarray, at: int, value: object) -> np.ndarray:
    changed = array.copy()
    changed[at] = value
    return changed


def pick(chance: np.random.Generator, mask: np.ndarray) -> int:
    return int(chance.choice(np.flatnonzero(mask)))


def name(frozen: FrozenRound, row: int) -> str:
    return frozen.numbers[row].decode()


def listed(frozen: FrozenRound, row: int) -> list[int]:
    return frozen.listed[frozen.list_start[row] : frozen.list_start[row + 1]].tolist()


def wrong_check_character(
    chance: np.random.Generator, f: FrozenRound, o: CheckedOutcome
) -> Planted:
    row = int(chance.integers(f.numbers.size))
    number = f.numbers[row]
    other = number[:8] + (b"0" if number[8:] != b"0" else b"1")
    return f._replace(numbers=with_value(f.numbers, row, other)), o, other.decode()


def no_ticket_left(chance: np.random.Generator, f: FrozenRound, o: CheckedOutcome) -> Planted:
    row = int(chance.integers(f.numbers.size))
    return f._replace(weight=with_value(f.weight, row, 0)), o, name(f, row)


def home_named_twice(chance: np.random.Generator, f: FrozenRound, o: CheckedOutcome) -> Planted:
    row = pick(chance, np.diff(f.list_start) >= 2)
    first = int(f.list_start[row])
    changed = with_value(f.listed, first + 1, f.listed[first])
    return f._replace(listed=changed), o, name(f, row)


def homes_nowhere(chance: np.random.Generator, f: FrozenRound, o: CheckedOutcome) -> Planted:
    row = int(chance.integers(len(f.programmes)))
    programmes = [*f.programmes]
    programmes[row] = msgspec.structs.replace(programmes[row], let=programmes[row].let + 1)
    return f._replace(programmes=programmes), o, programmes[row].programme


def held_without_reason(chance: np.random.Generator, f: FrozenRound, o: CheckedOutcome) -> Planted:
    row = int(chance.integers(len(f.programmes)))
    programmes = [*f.programmes]
    programmes[row] = msgspec.structs.replace(programmes[row], reason="")
    return f._replace(programmes=programmes), o, programmes[row].programme


def tenants_miscounted(chance: np.random.Generator, f: FrozenRound, o: CheckedOutcome) -> Planted:
    row = int(chance.integers(len(f.programmes)))
    programmes = [*f.programmes]
    programmes[row] = msgspec.structs.replace(programmes[row], own=programmes[row].own + 1)
    return f._replace(programmes=programmes), o, programmes[row].programme


def ticket_changed(chance: np.random.Generator, f: FrozenRound, o: CheckedOutcome) -> Planted:
    row = int(chance.integers(o.ticket.size))
    ticket = o.ticket[row]
    other = (b"0" if ticket[:1] != b"0" else b"1") + ticket[1:]
    return f, o._replace(ticket=with_value(o.ticket, row, other)), o.ticket_number[row].decode()


def ranks_exchanged(chance: np.random.Generator, f: FrozenRound, o: CheckedOutcome) -> Planted:
    row, other = chance.choice(o.ticket.size, 2, replace=False).tolist()
    rank = o.ticket_rank.copy()
    rank[[row, other]] = rank[[other, row]]
    return f, o._replace(ticket_rank=rank), o.ticket_number[row].decode()


def place_changed(chance: np.random.Generator, f: FrozenRound, o: CheckedOutcome) -> Planted:
    row = int(chance.integers(o.ticket.size))
    changed = with_value(o.ticket_place, row, o.ticket_place[row] + 1)
    return f, o._replace(ticket_place=changed), o.ticket_number[row].decode()


def ticket_left_out(chance: np.random.Generator, f: FrozenRound, o: CheckedOutcome) -> Planted:
    row = int(chance.integers(o.ticket.size))
    columns = {
        column: np.delete(getattr(o, column), row)
        for column in ("ticket_number", "ticket_place", "ticket_rank", "ticket_k", "ticket")
    }
    return f, o._replace(**columns), o.ticket_number[row].decode()


def ticket_of_a_refused_one(
    chance: np.random.Generator, f: FrozenRound, o: CheckedOutcome
) -> Planted:
    row, at = pick(chance, f.state != 0), int(chance.integers(o.ticket.size))
    changed = with_value(o.ticket_number, at, f.numbers[row])
    return f, o._replace(ticket_number=changed), name(f, row)


def result_left_out(chance: np.random.Generator, f: FrozenRound, o: CheckedOutcome) -> Planted:
    row = int(chance.integers(o.result_number.size))
    columns = {
        column: np.delete(getattr(o, column), row)
        for column in ("result_number", "result_programme", "result_slot", "result_tier")
    }
    return f, o._replace(**columns), name(f, row)


def result_twice(chance: np.random.Generator, f: FrozenRound, o: CheckedOutcome) -> Planted:
    row = int(chance.integers(o.result_number.size - 1))
    changed = with_value(o.result_number, row + 1, o.result_number[row])
    return f, o._replace(result_number=changed), name(f, row)


def result_of_nobody(chance: np.random.Generator, f: FrozenRound, o: CheckedOutcome) -> Planted:
    row = int(chance.integers(o.result_number.size))
    stranger = application_number(900_000 + row)
    changed = with_value(o.result_number, row, stranger.encode())
    return f, o._replace(result_number=changed), stranger


def give(o: CheckedOutcome, row: int, programme: int, slot: int, tier: int) -> CheckedOutcome:
    return o._replace(
        result_programme=with_value(o.result_programme, row, programme),
        result_slot=with_value(o.result_slot, row, slot),
        result_tier=with_value(o.result_tier, row, tier),
    )


def home_for_a_refused_one(
    chance: np.random.Generator, f: FrozenRound, o: CheckedOutcome
) -> Planted:
    row = pick(chance, f.state != 0)
    home = int(chance.integers(len(f.programmes)))
    return f, give(o, row, home, REST_SLOT, 0), name(f, row)


def home_not_on_the_list(chance: np.random.Generator, f: FrozenRound, o: CheckedOutcome) -> Planted:
    row = pick(chance, (f.state == 0) & (np.diff(f.list_start) < 6))
    own = {f.fact_value[i] for i in np.flatnonzero(f.fact_row == row)}
    homes = [
        h for h, p in enumerate(f.programmes) if h not in listed(f, row) and p.programme not in own
    ]
    return f, give(o, row, int(chance.choice(homes)), REST_SLOT, 0), name(f, row)


def slot_of_another_home(chance: np.random.Generator, f: FrozenRound, o: CheckedOutcome) -> Planted:
    row = pick(chance, o.result_programme >= 0)
    slots = 3 * len(f.programmes)  # three slots each
    other = (3 * int(o.result_programme[row]) + 3 + int(chance.integers(slots - 3))) % slots
    return f, o._replace(result_slot=with_value(o.result_slot, row, other)), name(f, row)


def slot_without_the_claim(
    chance: np.random.Generator, f: FrozenRound, o: CheckedOutcome
) -> Planted:
    with_access = {
        int(row)
        for row, fact, value in zip(f.fact_row, f.fact_name, f.fact_value, strict=True)
        if fact == "claim" and value == "access"
    }
    without = np.array([row not in with_access for row in range(f.numbers.size)])
    row = pick(chance, without & (o.result_programme >= 0) & (o.result_slot == REST_SLOT))
    slot = 3 * int(o.result_programme[row]) + 1  # the second slot is for access needs
    return f, o._replace(result_slot=with_value(o.result_slot, row, slot)), name(f, row)


def tier_changed(chance: np.random.Generator, f: FrozenRound, o: CheckedOutcome) -> Planted:
    row = pick(chance, o.result_programme >= 0)
    changed = with_value(o.result_tier, row, o.result_tier[row] + 1)
    return f, o._replace(result_tier=changed), name(f, row)


def home_taken_away(chance: np.random.Generator, f: FrozenRound, o: CheckedOutcome) -> Planted:
    """Take a home away: waste, or for a tenant a broken floor."""
    row = pick(chance, o.result_programme >= 0)
    return f, give(o, row, NO_HOME, NO_SLOT, -1), name(f, row)


def cut_row(f: FrozenRound, o: CheckedOutcome, at: int) -> str:
    programme = f.programmes[int(o.cut_programme[at])]
    slot = int(o.cut_slot[at])
    names = [s.name for s in f.policies[programme.policy].slot]
    return f"{programme.programme},{names[slot % 3] if slot >= 0 else 'rest'}"


def seats_changed(chance: np.random.Generator, f: FrozenRound, o: CheckedOutcome) -> Planted:
    at = int(chance.integers(o.cut_seats.size))
    changed = with_value(o.cut_seats, at, o.cut_seats[at] + 1)
    return f, o._replace(cut_seats=changed), cut_row(f, o, at)


def count_changed(chance: np.random.Generator, f: FrozenRound, o: CheckedOutcome) -> Planted:
    at = int(chance.integers(o.cut_filled.size))
    changed = with_value(o.cut_filled, at, o.cut_filled[at] + 1)
    return f, o._replace(cut_filled=changed), cut_row(f, o, at)


def cut_off_moved(chance: np.random.Generator, f: FrozenRound, o: CheckedOutcome) -> Planted:
    at = pick(chance, o.cut_place > 0)
    changed = with_value(o.cut_place, at, o.cut_place[at] + 1)
    return f, o._replace(cut_place=changed), cut_row(f, o, at)


def cut_off_of_no_slot(chance: np.random.Generator, f: FrozenRound, o: CheckedOutcome) -> Planted:
    at = int(chance.integers(o.cut_slot.size))
    return f, o._replace(cut_slot=with_value(o.cut_slot, at, UNKNOWN)), cut_row(f, o, at)


def one_home_too_many(chance: np.random.Generator, f: FrozenRound, o: CheckedOutcome) -> Planted:
    """Give a person without a home one more seat of a full rest."""
    full = {int(p) for p, s, t in zip(o.cut_programme, o.cut_slot, o.cut_place, strict=True)
            if s == REST_SLOT and t > 0}  # fmt: skip
    for row in chance.permutation(np.flatnonzero((o.result_programme < 0) & (f.state == 0))):
        for home in listed(f, row):
            p = f.programmes[home]
            if home in full and p.sex == "any" and p.size_least <= f.size[row] <= p.size_most:
                return f, give(o, row, home, REST_SLOT, 9), f"{p.programme},rest"
    raise AssertionError


PLANTS: tuple[Plant, ...] = (
    wrong_check_character,
    no_ticket_left,
    home_named_twice,
    homes_nowhere,
    held_without_reason,
    tenants_miscounted,
    ticket_changed,
    ranks_exchanged,
    place_changed,
    ticket_left_out,
    ticket_of_a_refused_one,
    result_left_out,
    result_twice,
    result_of_nobody,
    home_for_a_refused_one,
    home_not_on_the_list,
    slot_of_another_home,
    slot_without_the_claim,
    tier_changed,
    home_taken_away,
    seats_changed,
    count_changed,
    cut_off_moved,
    cut_off_of_no_slot,
    one_home_too_many,
)


def test_an_honest_round_has_no_finding(case: Case) -> None:
    assert case.rows(case.frozen, case.outcome) == set()


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.__name__)
def test_every_planted_fault_is_found_and_its_row_named(case: Case, plant: Plant) -> None:
    chance = np.random.default_rng(len(plant.__name__))
    for _ in range(PER_KIND):
        frozen, outcome, row = plant(chance, case.frozen, case.outcome)
        assert row in case.rows(frozen, outcome)


def test_an_exchange_of_two_homes_is_envy(case: Case) -> None:
    """A person without a home gets the seat of one who comes before: that one is named."""
    f, o = case.frozen, case.outcome
    chance = np.random.default_rng(3)
    place = np.zeros(f.numbers.size, dtype=np.int64)
    place[np.searchsorted(f.numbers, o.ticket_number)] = o.ticket_place
    found = 0
    for poor in chance.permutation(np.flatnonzero((o.result_programme < 0) & (f.state == 0))):
        for home in listed(f, poor):
            p = f.programmes[home]
            fits = p.sex == "any" and p.size_least <= f.size[poor] <= p.size_most
            rich = np.flatnonzero((o.result_programme == home) & (o.result_slot == REST_SLOT))
            if not fits or not rich.size:
                continue
            row = int(chance.choice(rich))
            changed = give(o, row, NO_HOME, NO_SLOT, -1)
            changed = give(changed, poor, home, REST_SLOT, int(f.tier[poor]))
            assert name(f, row) in case.rows(f, changed)
            found += 1
    assert found >= 30


def test_a_stable_match_that_is_not_the_best_one_is_found(tmp_path: Path) -> None:
    """Of two stable matches of a pair the one the homes prefer is refused, person by person."""
    pairs = Case(write_pairs(tmp_path / "in", 40), tmp_path / "out")
    f, o = pairs.frozen, pairs.outcome
    assert pairs.rows(f, o) == set()
    for pair in range(40):
        two = [2 * pair, 2 * pair + 1]
        homes, cut = o.result_programme.copy(), o.cut_place.copy()
        homes[two] = homes[two[::-1]]
        rows = np.flatnonzero(np.isin(o.cut_programme, homes[two]))
        cut[rows] = cut[rows[::-1]]
        tiers = o.result_tier.copy()
        tiers[two] = 0
        cut_tier = o.cut_tier.copy()
        cut_tier[rows] = 0
        worse = o._replace(
            result_programme=homes, result_tier=tiers, cut_place=cut, cut_tier=cut_tier
        )
        findings = check_round(f, pairs.commitment, pairs.value, worse)
        assert {(x.code, x.row) for x in findings} == {("not-optimal", name(f, r)) for r in two}
