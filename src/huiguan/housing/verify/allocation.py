"""With the sealed files: the lists and facts, the allocation done again, and every re-run."""

from collections import defaultdict

from huiguan.housing.verify.frozen import Inside, Programmes, Slot
from huiguan.housing.verify.reading import LONGEST_VALUE, Round

Asking = tuple[int, int, str, set[str]]  # tier, place, number, claims
Lists = dict[str, list[tuple[str, int, set[str]]]]  # number -> programme, tier, claims


class Facts:
    """What the sealed facts say, by number."""

    def __init__(self) -> None:
        self.sex: dict[str, str] = {}
        self.own: dict[str, str] = {}
        self.claims: dict[tuple[str, str], set[str]] = defaultdict(set)
        self.tiers: dict[tuple[str, str], int] = {}


def read_facts(round_: Round, inside: Inside, programmes: Programmes) -> Facts:
    """Return the facts; each is about somebody who applied and a home there is, and given once."""
    facts, where = Facts(), "facts.csv"
    known = {row[0] for row in round_.rows("applications.csv")}
    for number, fact, value in round_.rows(where):
        what, at, place = value.partition("@")
        if number not in known or len(value) > LONGEST_VALUE:
            round_.wrong(where, f"{number},{fact},{value}: nobody has it, or it is too long")
        if (at and place not in programmes) or (fact == "own" and what not in programmes):
            round_.wrong(where, f"{number},{fact},{value}: the programme is not in the round")
        twice = False
        if fact == "sex":
            twice = facts.sex.setdefault(number, what) != what
        elif fact == "own":
            twice = facts.own.setdefault(number, what) != what
        elif fact == "claim":
            facts.claims[number, place].add(what)
        else:
            twice = facts.tiers.setdefault((number, place), int(what)) != int(what)
        if twice:
            round_.wrong(where, f"{number},{fact},{value}: it is given twice")
    tenants: dict[str, int] = defaultdict(int)
    for number, home in facts.own.items():
        tenants[home] += number in inside
    for name, (*_, own) in programmes.items():
        if own != tenants[name]:
            round_.wrong("programmes.csv", f"{name}: {tenants[name]} tenants take part, not {own}")
    return facts


def read_wishes(round_: Round, limit: int, programmes: Programmes) -> dict[str, list[str]]:
    """Return number -> programmes, best first; no list is too long or names a home twice."""
    wishes, where = {}, "choices.csv"
    known = {row[0] for row in round_.rows("applications.csv")}
    for number, choices in round_.rows(where):
        wishes[number] = listed = choices.split()
        if number not in known:
            round_.wrong(where, f"{number} never applied")
        if len(listed) > limit:
            round_.wrong(where, f"{number} lists more than {limit} homes")
        if len(set(listed)) != len(listed):
            round_.wrong(where, f"{number} lists a home twice")
        if not programmes.keys() >= set(listed):
            round_.wrong(where, f"{number} lists a home that is not in the round")
    return wishes


def build_lists(
    wishes: dict[str, list[str]], facts: Facts, inside: Inside, programmes: Programmes
) -> Lists:
    """Return number -> [(programme, tier, claims)] of homes that fit."""
    lists: Lists = {}
    for number, (tier, size, _, _) in inside.items():
        wanted = wishes.get(number, [])
        home = facts.own.get(number)
        if home:
            wanted = [*wanted[: wanted.index(home)], home] if home in wanted else [*wanted, home]
        fitting = []
        for name in wanted:
            _, _, least, most, room, _ = programmes[name]
            held = facts.claims[number, ""] | facts.claims[number, name]
            if name == home:
                held = held | {"own home"}
            elif not least <= size <= most or room not in ("any", facts.sex.get(number)):
                continue
            fitting.append((name, facts.tiers.get((number, name), tier), held))
        lists[number] = fitting
    return lists


def choose(asking: list[Asking], capacity: int, slots: list[Slot]) -> dict[str, str]:
    """Return number -> slot of those a programme keeps."""
    waiting = sorted(asking, key=lambda a: a[:2])
    kept: dict[str, str] = {}
    rest = capacity
    for name, claim, seats, lapses in slots:
        taken = [a[2] for a in waiting if not claim or claim in a[3]][:seats]
        kept.update(dict.fromkeys(taken, name))
        waiting = [a for a in waiting if a[2] not in kept]
        rest -= len(taken) if lapses else seats
    kept.update(dict.fromkeys([a[2] for a in waiting[:rest]], "rest"))
    return kept


def allocate(
    lists: Lists, places: dict[str, int], programmes: Programmes
) -> dict[str, tuple[str, str, str]]:
    """Return number -> (programme, slot, tier): everybody asks the best home not yet lost."""
    next_choice = dict.fromkeys(lists, 0)
    asking: dict[str, list[Asking]] = defaultdict(list)
    kept: dict[str, dict[str, str]] = {}
    free = list(lists)
    while free:
        arrived: set[str] = set()
        for number in free:
            if next_choice[number] < len(lists[number]):
                name, tier, held = lists[number][next_choice[number]]
                asking[name].append((tier, places[number], number, held))
                arrived.add(name)
        free = []
        for name in arrived:
            kept[name] = choose(asking[name], programmes[name][0], programmes[name][1])
            for _, _, number, _ in asking[name]:
                if number not in kept[name]:
                    next_choice[number] += 1
                    free.append(number)
            asking[name] = [a for a in asking[name] if a[2] in kept[name]]
    return {a[2]: (name, kept[name][a[2]], str(a[0])) for name in kept for a in asking[name]}


def compare(round_: Round, where: str, due: dict[str, tuple[str, str, str]]) -> None:
    """Compare every row of a result with what is due."""
    for number, *row in round_.rows(where):
        right = due.get(number, ("", "", ""))
        if tuple(row) != right:
            shown = " ".join(row).strip() or "no home"
            due_row = " ".join(right).strip() or "no home"
            round_.wrong(where, f"{number} should have {due_row}, not {shown}")


def read_answers(
    round_: Round,
    name: str,
    before: dict[str, tuple[str, str, str]],
    gone: set[str],
    settled: set[str],
) -> None:
    """Note who is gone and who has settled by now; only who holds a home can answer its offer."""
    for number, answer in round_.rows(name):
        if not before.get(number, ("",))[0]:
            round_.wrong(name, f"{number} holds no home, so it has no offer to answer")
        elif answer == "withdrawn":
            gone.add(number)
        else:
            settled.add(number)
    settled -= gone


def without(programmes: Programmes, kept: dict[str, tuple[str, str, str]]) -> Programmes:
    """Return the programmes without the seats of those who have settled."""
    left = dict(programmes)
    for home, slot, _ in kept.values():
        capacity, slots, least, most, sex, own = left[home]
        less = [(s, claim, n - (s == slot), lapses) for s, claim, n, lapses in slots]
        left[home] = (capacity - 1, less, least, most, sex, own)
    return left


def check_allocation(
    round_: Round,
    limit: int,
    inside: Inside,
    places: dict[str, int],
    programmes: Programmes,
    steps: int,
) -> None:
    """Allocate again from the sealed files, and again after every step of answers."""
    before = len(round_.findings)
    facts = read_facts(round_, inside, programmes)
    wishes = read_wishes(round_, limit, programmes)
    if len(round_.findings) > before:
        return
    lists = build_lists(wishes, facts, inside, programmes)
    due = allocate(lists, places, programmes)
    compare(round_, "results.csv", due)
    gone: set[str] = set()
    settled: set[str] = set()
    for step in range(1, steps + 1):
        read_answers(round_, f"reruns/{step}/answers.csv", due, gone, settled)
        kept = {number: due[number] for number in settled}
        free = {n: wishes for n, wishes in lists.items() if n not in gone | settled}
        due = allocate(free, places, without(programmes, kept)) | kept
        compare(round_, f"reruns/{step}/results.csv", due)
