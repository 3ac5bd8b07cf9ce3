"""Prove a round folder with nothing but standard Python: ``python3 verify.py DIR``.

This file runs alone (Python 3.11 or newer). Without the sealed files it proves manifest, numbers,
tickets, ranks, counts, supply, and that results agree with the cut-offs; with ``choices.csv`` and
``facts.csv`` it also allocates again, slowly and plainly, and compares every row.
Exit code 0: proved. 1: something is wrong, named line by line. 2: no round folder.
It shares no line with the program that made the folder.
"""

import gc
import hashlib
import sys
import tomllib
from collections import defaultdict
from fractions import Fraction
from itertools import islice, pairwise
from operator import lt
from pathlib import Path
from typing import Any

HEADERS = {
    "programmes.csv": "programme,stock,let,held,reason,own,capacity,"
    "size_least,size_most,sex,policy",
    "applications.csv": "number,state,tier,size,weight,since",
    "choices.csv": "number,choices",
    "facts.csv": "number,fact,value",
    "tickets.csv": "number,place,rank,k,ticket",
    "cutoffs.csv": "programme,slot,seats,filled,tier,place",
    "results.csv": "number,programme,slot,tier",
    "answers.csv": "number,answer",
}
SEALED = ("choices.csv", "facts.csv")
LISTED = {  # at least
    "MANIFEST": {"round.toml", "rules/policies.toml", "programmes.csv", "applications.csv"},
    "RESULT": {"MANIFEST", "draw.toml", "tickets.csv", "cutoffs.csv", "results.csv"},
}
RERUN = ("answers.csv", "cutoffs.csv", "results.csv")
SHOWN = 20  # findings printed
Inside = dict[str, tuple[int, int, int, str]]  # number -> tier, size, weight, since
Slot = tuple[str, str, int, bool]  # name, claim, seats, lapses
Programmes = dict[str, tuple[int, list[Slot], int, int, str]]  # capacity, slots, sizes, sex
Served = dict[tuple[str, str], list[tuple[int, int, str]]]  # slot -> tier, place, number
Asking = tuple[int, int, str, set[str]]  # tier, place, number, claims
Lists = dict[str, list[tuple[str, int, set[str]]]]  # number -> programme, tier, claims


class Round:
    """What was read, and what was found wrong with it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.findings: list[str] = []
        self.tables: dict[str, list[list[str]]] = {}

    def wrong(self, where: str, what: str) -> None:
        self.findings.append(f"{where}: {what}")

    def toml(self, name: str) -> dict[str, Any]:
        return tomllib.loads((self.folder / name).read_text("ascii"))

    def lines(self, name: str) -> list[str]:
        """Return every row as it stands; a table must be ASCII and stand in byte order."""
        text = (self.folder / name).read_bytes().decode("ascii")
        header, *body = text.split("\n")
        if header != HEADERS[name] or body.pop() != "" or "\r" in text or '"' in text:
            self.wrong(name, "header or line ends are not canonical")
        if not all(map(lt, body, islice(body, 1, None))):
            line = next(n for n, (a, b) in enumerate(pairwise(body), 3) if a >= b)
            self.wrong(name, f"line {line} is not in byte order")
        return body

    def rows(self, name: str) -> list[list[str]]:
        """Return the fields of every row."""
        if name not in self.tables:
            width = HEADERS[name].count(",") + 1
            rows = [line.split(",") for line in self.lines(name)]
            for row in [row for row in rows if len(row) != width]:
                self.wrong(name, f"{','.join(row)} has not {width} fields")
                rows.remove(row)
            self.tables[name] = rows
        return self.tables[name]


def sha256(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def check_manifest(round_: Round, manifest: str) -> None:
    """Compare every file with its hash; files the publication profile seals may be absent."""
    sealed = round_.toml("rules/publication.toml")["sealed"]
    text = (round_.folder / manifest).read_bytes().decode("ascii")
    rows = sorted({line[66:]: line[:64] for line in text.splitlines()}.items())
    if "".join(f"{digest}  {name}\n" for name, digest in rows) != text:
        round_.wrong(manifest, "it is not in the form of sha256sum, in byte order of the names")
    missing = LISTED.get(manifest, set()) - {name for name, _ in rows}
    if missing:
        round_.wrong(manifest, f"it does not list {', '.join(sorted(missing))}")
    for name, digest in rows:
        path = round_.folder / name
        if not path.is_file():
            if path.name not in (*sealed, "answers.csv"):
                round_.wrong(manifest, f"{name!r} is missing")
        elif sha256(path) != digest:
            round_.wrong(manifest, f"{name} was changed")


FOUR_DIGITS = {  # ISO 7064 MOD 11-2 weighs the digits 256, 128, 64, 32 | 16, 8, 4, 2
    f"{n:04d}": 16 * (n // 1000) + 8 * (n // 100 % 10) + 4 * (n // 10 % 10) + 2 * (n % 10)
    for n in range(10_000)
}


def good_number(number: str) -> bool:
    """Eight digits and an ISO 7064 MOD 11-2 check character."""
    high, low = FOUR_DIGITS.get(number[:4]), FOUR_DIGITS.get(number[4:8])
    if high is None or low is None:
        return False
    return number[8:] == "0123456789X"[(12 - 16 * high - low) % 11]


def check_applications(round_: Round) -> Inside:
    """Return the applications in the draw: number -> (tier, size, weight, since)."""
    inside: Inside = {}
    for number, state, tier, size, weight, since in round_.rows("applications.csv"):
        if not good_number(number):
            round_.wrong("applications.csv", f"{number} has a wrong check character")
        if state == "in":
            inside[number] = (int(tier), int(size), int(weight), since)
            if int(weight) < 1 or int(size) < 1:
                round_.wrong("applications.csv", f"{number} has no ticket or no head")
        elif state not in ("refused", "withdrawn", "void"):
            round_.wrong("applications.csv", f"{number} has the unknown state {state}")
    return inside


def slot_seats(policy: dict[str, Any], capacity: int, own: int) -> list[Slot]:
    """Return [name, claim, seats, lapses] of the slots of a programme, in fill order."""
    left = capacity
    slots: list[Slot] = []
    for slot in policy.get("slot", []):
        if slot.get("own"):
            wanted = own
        elif slot.get("share"):
            share = Fraction(slot["share"].rstrip("%")) / (100 if "%" in slot["share"] else 1)
            exact = share * capacity
            rounding = slot.get("rounding", "down")
            whole = exact.numerator // exact.denominator
            if rounding == "up" and exact > whole:
                whole += 1
            if rounding == "half-up" and exact - whole >= Fraction(1, 2):
                whole += 1
            wanted = max(whole, slot.get("minimum", 0))
        else:
            wanted = slot.get("seats", 0)
        seats = min(wanted, left)
        left -= seats
        claim = "own home" if slot.get("own") else slot.get("claim", "")
        slots.append((slot["name"], claim, seats, slot.get("lapses", True)))
    return slots


def check_supply(round_: Round) -> Programmes:
    """Return programmes: name -> (capacity, slots, least, most, sex)."""
    policies = {p["name"]: p for p in round_.toml("rules/policies.toml")["policy"]}
    programmes: Programmes = {}
    shapes: dict[tuple[str, int, int], list[Slot]] = {}
    for row in round_.rows("programmes.csv"):
        name, reason, sex, policy = row[0], row[4], row[9], row[10]
        stock, let, held, own, capacity = (int(row[i]) for i in (1, 2, 3, 5, 6))
        if stock != let + held + capacity or own > capacity:
            round_.wrong(
                "programmes.csv",
                f"{name}: {stock} homes, but {let} let, {held} held, {capacity} in the round",
            )
        if (held > 0) != (reason != ""):
            round_.wrong("programmes.csv", f"{name}: homes are held without a reason")
        if policy not in policies:
            round_.wrong("programmes.csv", f"{name}: policy {policy} is not in rules/policies.toml")
            continue
        shape = (policy, capacity, own)
        if shape not in shapes:
            shapes[shape] = slot_seats(policies[policy], capacity, own)
        programmes[name] = (capacity, shapes[shape], int(row[7]), int(row[8]), sex)
    return programmes


def lines_hash(*lines: str) -> str:
    return hashlib.sha256("".join(line + "\n" for line in lines).encode("ascii")).hexdigest()


def check_value(round_: Round, head: dict[str, Any]) -> str:
    """Return the public value after checking where it comes from."""
    record = round_.toml("draw.toml")
    if record["commitment"] != sha256(round_.folder / "MANIFEST"):
        round_.wrong("draw.toml", "the commitment is not the hash of MANIFEST")
    if head["randomness"] == "drand":
        value = hashlib.sha256(bytes.fromhex(record["signature"])).hexdigest()
        if record["beacon_round"] != head["beacon_round"]:
            round_.wrong("draw.toml", "this is not the beacon round named in advance")
    else:
        pledges = {p["name"]: p["commitment"] for p in head["party"]}
        if pledges != {p["name"]: p["commitment"] for p in record["party"]}:
            round_.wrong("draw.toml", "the parties are not those of round.toml")
        lines = ["huiguan value 1"]
        for party in sorted(record["party"], key=lambda p: p["name"]):
            lines += [party["name"], party["secret"]]
            pledge = lines_hash("huiguan secret 1", party["name"], party["secret"])
            if pledges.get(party["name"]) != pledge:
                round_.wrong("draw.toml", f"the secret of {party['name']} breaks its commitment")
        value = lines_hash(*lines, record["dice"])
    if value != record["value"]:
        round_.wrong("draw.toml", "the public value does not follow from its evidence")
    return str(record["value"])


def check_tickets(
    round_: Round, head: dict[str, Any], inside: Inside, value: str
) -> dict[str, int]:
    """Return the place of every number in the order the programmes use."""
    commitment = sha256(round_.folder / "MANIFEST")
    start = f"huiguan ticket 1\n{head['round']}\n{commitment}\n{value}\n"
    state = hashlib.sha256(start.encode("ascii"))
    best = []
    for number, (_, _, weight, _) in inside.items():
        name = number.encode("ascii")
        hashed = state.copy()
        hashed.update(name + b"\n1\n")
        ticket, k = hashed.hexdigest(), 1
        for other in range(2, weight + 1):
            hashed = state.copy()
            hashed.update(name + b"\n%d\n" % other)
            ticket, k = min((ticket, k), (hashed.hexdigest(), other))
        best.append((ticket, k, number))
    best.sort()
    ranked = list(enumerate(best, 1))
    if head["lottery"] == "since":
        ranked.sort(key=lambda row: (inside[row[1][2]][3] or "~", row[0]))
    places = {number: place for place, (_, (_, _, number)) in enumerate(ranked, 1)}
    right = {
        number: f"{number},{place},{rank},{k},{ticket}"
        for place, (rank, (ticket, k, number)) in enumerate(ranked, 1)
    }
    for line in round_.lines("tickets.csv"):
        number = line.partition(",")[0]
        expected = right.pop(number, None)
        if expected is None:
            round_.wrong("tickets.csv", f"{number} is not in the draw, or stands twice")
        elif line != expected:
            round_.wrong("tickets.csv", f"{number}: {line} should be {expected}")
    for number in right:
        round_.wrong("tickets.csv", f"{number} has no ticket")
    return places


def fixed_slots(programmes: Programmes) -> dict[tuple[str, str], int]:
    """Return (programme, slot) -> seats of every slot but the rest."""
    return {(name, s[0]): s[2] for name, (_, slots, *_) in programmes.items() for s in slots}


def check_results(
    round_: Round, inside: Inside, places: dict[str, int], programmes: Programmes
) -> None:
    """Check counts, and that nobody served stands behind the last one served."""
    served: Served = defaultdict(list)
    known = {row[0] for row in round_.rows("applications.csv")}
    slots = fixed_slots(programmes)
    seen: set[str] = set()
    for number, programme, slot, tier in round_.rows("results.csv"):
        if number in seen or number not in known:
            round_.wrong("results.csv", f"{number} is listed twice, or never applied")
        seen.add(number)
        if not programme:
            continue
        if number not in inside:
            round_.wrong("results.csv", f"{number} has a home but is not in the draw")
        elif (programme, slot) not in slots and (programme not in programmes or slot != "rest"):
            round_.wrong("results.csv", f"{number}: there is no slot {slot} at {programme}")
        else:
            served[programme, slot].append((int(tier), places.get(number, 0), number))
    for number in known - seen:
        round_.wrong("results.csv", f"{number} has no result")
    check_cutoffs(round_, programmes, slots, served)


def check_cutoffs(
    round_: Round,
    programmes: Programmes,
    slots: dict[tuple[str, str], int],
    served: Served,
) -> None:
    """Check seats by rule, homes filled by count, and the last one served by name."""
    rows = {(row[0], row[1]): row[2:] for row in round_.rows("cutoffs.csv")}
    for key in (slots.keys() | {(name, "rest") for name in programmes}) ^ rows.keys():
        round_.wrong("cutoffs.csv", f"{key[0]},{key[1]} is missing, or there is no such slot")
    for name, (capacity, rules, *_) in programmes.items():
        left = capacity
        for slot, _, fixed, lapses in rules:
            left -= len(served[name, slot]) if lapses else fixed
        for slot in [*(s[0] for s in rules), "rest"]:
            if (name, slot) not in rows:
                continue
            seats, filled, tier, place = rows[name, slot]
            keys = served[name, slot]
            right = slots.get((name, slot), left)
            if int(seats) != right:
                round_.wrong("cutoffs.csv", f"{name},{slot} has {right} seats, not {seats}")
            if len(keys) != int(filled) or len(keys) > right:
                round_.wrong(
                    "cutoffs.csv",
                    f"{name},{slot}: {len(keys)} results for {right} "
                    f"seats, {filled} said to be filled",
                )
            full = bool(keys) and len(keys) >= right
            last = max(keys) if full else (0, 0, "nobody")
            if (tier, place) != ((str(last[0]), str(last[1])) if full else ("", "")):
                round_.wrong(
                    "cutoffs.csv",
                    f"{name},{slot}: the last one served is {last[2]} at "
                    f"tier {last[0]} place {last[1]}, not {tier} {place}",
                )


def read_lists(round_: Round, inside: Inside, programmes: Programmes) -> Lists:
    """Return number -> [(programme, tier, claims)] of homes that fit, from the sealed files."""
    sex: dict[str, str] = {}
    own: dict[str, str] = {}
    claims: dict[tuple[str, str], set[str]] = defaultdict(set)
    tiers: dict[tuple[str, str], int] = {}
    for number, fact, value in round_.rows("facts.csv"):
        what, _, place = value.partition("@")
        if fact == "sex":
            sex[number] = what
        elif fact == "own":
            own[number] = what
        elif fact == "claim":
            claims[number, place].add(what)
        else:
            tiers[number, place] = int(what)
    wishes = {number: choices.split() for number, choices in round_.rows("choices.csv")}
    lists: Lists = {}
    for number, (tier, size, _, _) in inside.items():
        wanted = wishes.get(number, [])
        home = own.get(number)
        if home:
            wanted = [*wanted[: wanted.index(home)], home] if home in wanted else [*wanted, home]
        fitting = []
        for name in wanted:
            _, _, least, most, room = programmes[name]
            held = claims[number, ""] | claims[number, name]
            if name == home:
                held = held | {"own home"}
            elif not least <= size <= most or room not in ("any", sex.get(number)):
                continue
            fitting.append((name, tiers.get((number, name), tier), held))
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
) -> dict[str, tuple[str, str, int]]:
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
    return {a[2]: (name, kept[name][a[2]], a[0]) for name in kept for a in asking[name]}


def check_allocation(
    round_: Round, inside: Inside, places: dict[str, int], programmes: Programmes
) -> None:
    """Allocate again from the sealed files and compare every result."""
    match = allocate(read_lists(round_, inside, programmes), places, programmes)
    for number, programme, slot, tier in round_.rows("results.csv"):
        right = match.get(number, ("", "", -1))
        if (programme, slot) != right[:2] or tier != (str(right[2]) if right[0] else ""):
            round_.wrong(
                "results.csv",
                f"{number} should have {right[0] or 'no home'} "
                f"{right[1]}, not {programme or 'no home'} {slot}",
            )


def check_reruns(
    round_: Round, inside: Inside, places: dict[str, int], programmes: Programmes
) -> int:
    """Check the re-runs after answers like the first result; return how many there are."""
    before = {row[0]: (row[1], row[2], row[3]) for row in round_.rows("results.csv")}
    gone: set[str] = set()
    settled: set[str] = set()
    last, count = "RESULT", 0
    while (round_.folder / f"reruns/{count + 1}/RESULT").exists():
        count += 1
        name = f"reruns/{count}"
        check_manifest(round_, f"{name}/RESULT")
        text = (round_.folder / f"{name}/RESULT").read_text("ascii")
        if {line[66:] for line in text.splitlines()} != {last, *(f"{name}/{n}" for n in RERUN)}:
            round_.wrong(f"{name}/RESULT", f"it must list {last} and the files of the step")
        last = f"{name}/RESULT"
        step = Round(round_.folder / name)
        step.tables["applications.csv"] = round_.rows("applications.csv")
        check_results(step, inside, places, programmes)
        if all((round_.folder / n).exists() for n in (*SEALED, f"{name}/answers.csv")):
            for number, answer in step.rows("answers.csv"):
                (gone if answer == "withdrawn" else settled).add(number)
                if number in settled and before.get(number, ("",))[0] not in programmes:
                    step.wrong("answers.csv", f"{number} has settled and holds no home")
                    settled.remove(number)
            settled -= gone
            kept = {number: before[number] for number in settled if before[number][0]}
            lists = read_lists(round_, inside, programmes)
            free = {n: wishes for n, wishes in lists.items() if n not in gone | settled}
            match = allocate(free, places, without(programmes, kept))
            due = {n: (home, slot, str(tier)) for n, (home, slot, tier) in match.items()} | kept
            for number, *row in step.rows("results.csv"):
                right = due.get(number, ("", "", ""))
                if tuple(row) != right:
                    step.wrong("results.csv", f"{number} should have {right}, not {tuple(row)}")
        before = {row[0]: (row[1], row[2], row[3]) for row in step.rows("results.csv")}
        round_.findings += [f"{name}/{finding}" for finding in step.findings]
    return count


def without(programmes: Programmes, kept: dict[str, tuple[str, str, str]]) -> Programmes:
    """Return the programmes without the seats of those who have settled."""
    left = dict(programmes)
    for home, slot, _ in kept.values():
        capacity, slots, least, most, sex = left[home]
        less = [(s, claim, n - (s == slot), lapses) for s, claim, n, lapses in slots]
        left[home] = (capacity - 1, less, least, most, sex)
    return left


def verify(folder: str | Path) -> tuple[list[str], list[str]]:
    """Return (what was proved, findings) of a round folder; what cannot be read is a finding."""
    round_ = Round(Path(folder))
    try:
        return prove(round_), round_.findings
    except OSError as error:
        round_.wrong(Path(str(error.filename)).name, f"it cannot be read: {error.strerror}")
    except (LookupError, ValueError, TypeError, AttributeError) as error:
        round_.wrong("some row", f"it cannot be understood: {error!r}")
    return [], round_.findings


def prove(round_: Round) -> list[str]:
    """Return what was proved of a round, after noting whatever is wrong with it."""
    check_manifest(round_, "MANIFEST")
    head = round_.toml("round.toml")
    programmes = check_supply(round_)
    proved = ["manifest", "supply"]
    value, places = "", dict[str, int]()
    drawn, done = ((round_.folder / name).exists() for name in ("draw.toml", "RESULT"))
    if drawn:
        value = check_value(round_, head)
        proved.append("public value")
    if done:
        check_manifest(round_, "RESULT")
    if (round_.folder / "applications.csv").exists():
        inside = check_applications(round_)
        proved.append("numbers")
        if drawn:
            places = check_tickets(round_, head, inside, value)
            proved += ["tickets", "ranks"]
        if done:
            check_results(round_, inside, places, programmes)
            proved += ["counts", "results agree with cut-offs"]
            if all((round_.folder / name).exists() for name in SEALED):
                check_allocation(round_, inside, places, programmes)
                proved.append("allocation repeated from the sealed files")
            reruns = check_reruns(round_, inside, places, programmes)
            if reruns:
                proved.append(f"re-runs 1 to {reruns}")
    return proved


def main() -> int:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else ".")
    if not (folder / "MANIFEST").exists():
        print(f"{folder} holds no MANIFEST; name a round folder", file=sys.stderr)
        return 2
    gc.disable()  # nothing here makes cycles, and a million rows are read faster
    proved, findings = verify(folder)
    for finding in findings[:SHOWN]:
        print("WRONG ", finding)
    if findings:
        print(f"{len(findings)} finding{'' if len(findings) == 1 else 's'}")
        return 1
    commitment = sha256(folder / "MANIFEST")
    if (folder / "VOID").exists():
        print("VOID", (folder / "VOID").read_text("ascii").removeprefix(f"{commitment}  ").strip())
    print(f"commitment {commitment}")
    print("PROVED", ", ".join(proved))
    return 0


if __name__ == "__main__":
    sys.exit(main())
