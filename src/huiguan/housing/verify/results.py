"""Results and cut-offs: they agree with each other, with the homes, and with the draw."""

from collections import defaultdict

from huiguan.housing.verify.frozen import Inside, Programmes
from huiguan.housing.verify.reading import Round

Served = dict[tuple[str, str], list[tuple[int, int, str]]]  # slot -> tier, place, number
Rows = dict[tuple[str, str], list[str]]  # slot -> seats, filled, tier, place


def fixed_slots(programmes: Programmes) -> dict[tuple[str, str], int]:
    """Return (programme, slot) -> seats of every slot but the rest."""
    return {(name, s[0]): s[2] for name, (_, slots, *_) in programmes.items() for s in slots}


def check_results(
    round_: Round, step: str, inside: Inside, places: dict[str, int], programmes: Programmes
) -> None:
    """Check counts, and that nobody served stands behind the last one served.

    ``step`` is "" for the first result and "reruns/1/" for the first re-run.
    """
    served: Served = defaultdict(list)
    where = f"{step}results.csv"
    known = {row[0] for row in round_.rows("applications.csv")}
    slots = fixed_slots(programmes)
    seen: set[str] = set()
    for number, programme, slot, tier in round_.rows(where):
        seen.add(number)
        if number not in known:
            round_.wrong(where, f"{number} never applied")
        if not programme:
            continue
        if number not in inside:
            round_.wrong(where, f"{number} has a home but is not in the draw")
        elif (programme, slot) not in slots and (programme not in programmes or slot != "rest"):
            round_.wrong(where, f"{number}: there is no slot {slot} at {programme}")
        else:
            served[programme, slot].append((int(tier), places.get(number, 0), number))
            _, rules, least, most, *_ = programmes[programme]
            own_home = any(name == slot and claim == "own home" for name, claim, *_ in rules)
            if not own_home and not least <= inside[number][1] <= most:
                round_.wrong(where, f"{number} does not fit into {programme} by its heads")
    for number in known - seen:
        round_.wrong(where, f"{number} has no result")
    check_cutoffs(round_, step, programmes, served)


def read_cutoffs(round_: Round, step: str, programmes: Programmes) -> Rows:
    """Return the rows of the cut-offs by slot; every slot of every programme has one."""
    where = f"{step}cutoffs.csv"
    rows = {(row[0], row[1]): row[2:] for row in round_.rows(where)}
    due = fixed_slots(programmes).keys() | {(name, "rest") for name in programmes}
    for name, slot in due ^ rows.keys():
        round_.wrong(where, f"{name},{slot} is missing, or there is no such slot")
    return rows


def check_counts(round_: Round, step: str, programmes: Programmes) -> None:
    """Check the cut-offs alone, where the results are sealed: seats, counts, last ones served."""
    where = f"{step}cutoffs.csv"
    rows = read_cutoffs(round_, step, programmes)
    served_last = [row[3] for row in rows.values() if row[3]]
    if len(set(served_last)) != len(served_last) or "0" in served_last:
        round_.wrong(where, "a place in the draw is nobody's, or the last one served twice")
    for name, (capacity, rules, *_) in programmes.items():
        left = capacity
        for slot, _, fixed, lapses in [*rules, ("rest", "", -1, True)]:
            if (name, slot) not in rows:
                continue
            seats, filled, _, place = rows[name, slot]
            right = left if fixed < 0 else fixed
            left -= int(filled) if lapses else fixed
            if int(seats) != right or int(filled) > right:
                round_.wrong(
                    where, f"{name},{slot} has {right} seats, not {seats}, {filled} filled"
                )
            if (place != "") != (filled == seats != "0"):
                round_.wrong(where, f"{name},{slot}: a last one is named if and only if it is full")


def check_cutoffs(round_: Round, step: str, programmes: Programmes, served: Served) -> None:
    """Check seats by rule, homes filled by count, and the last one served by name."""
    where = f"{step}cutoffs.csv"
    rows = read_cutoffs(round_, step, programmes)
    slots = fixed_slots(programmes)
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
                round_.wrong(where, f"{name},{slot} has {right} seats, not {seats}")
            if len(keys) != int(filled) or len(keys) > right:
                round_.wrong(
                    where,
                    f"{name},{slot}: {len(keys)} results for {right} "
                    f"seats, {filled} said to be filled",
                )
            full = bool(keys) and len(keys) >= right
            last = max(keys) if full else (0, 0, "nobody")
            if (tier, place) != ((str(last[0]), str(last[1])) if full else ("", "")):
                round_.wrong(
                    where,
                    f"{name},{slot}: the last one served is {last[2]} at "
                    f"tier {last[0]} place {last[1]}, not {tier} {place}",
                )
