"""The order of the proof, and what is printed of it."""

import gc
import re
import sys
from pathlib import Path

from huiguan.housing.verify.allocation import check_allocation
from huiguan.housing.verify.draw import check_tickets, check_value
from huiguan.housing.verify.frozen import (
    Inside,
    Programmes,
    check_applications,
    check_frozen_list,
    check_head,
    check_list,
    check_previous,
    check_profile,
    check_supply,
    check_void,
)
from huiguan.housing.verify.reading import MOST_NAMES, Round, Unreadable, plain_names
from huiguan.housing.verify.results import check_counts, check_results

SHOWN = 20  # findings printed
NOT_UNDERSTOOD = (  # whatever bytes a file has, the answer is a finding
    ArithmeticError,
    AttributeError,
    LookupError,
    MemoryError,
    RecursionError,
    TypeError,
    ValueError,
)
RESULT = {"MANIFEST", "draw.toml", "tickets.csv", "cutoffs.csv", "results.csv"}
STEP = ("answers.csv", "cutoffs.csv", "results.csv")
AFTER = {  # what a stage leaves, its last file last
    "draw.toml": ("tickets.csv",),
    "RESULT": ("cutoffs.csv", "results.csv"),
}


def read_names(round_: Round) -> None:
    """Note every file of the folder; what is no plain file is a finding."""
    for name, plain in plain_names(round_.folder):
        round_.names.add(name)
        if len(round_.names) > MOST_NAMES:
            raise Unreadable("folder", f"it holds more than {MOST_NAMES:,} files")
        if not plain:
            round_.wrong(ascii(name), "it is no plain file of a round")
    if round_.findings:
        raise Unreadable("folder", "it holds more than plain files")


def count_steps(round_: Round) -> int:
    """Return how many re-runs there are; they count 1, 2, 3... and none is missing."""
    found = {name.split("/")[1] for name in round_.names if name.startswith("reruns/")}
    steps = len(found)
    if found != {str(step) for step in range(1, steps + 1)}:
        raise Unreadable("reruns", f"they do not count 1, 2, 3...: {sorted(found)}")
    return steps


def check_stages(round_: Round, frozen: set[str], sealed: set[str], steps: int) -> None:
    """Check that no file is missing that an earlier stage left, and that none has no place."""
    drawn, done = "draw.toml" in round_.names, "RESULT" in round_.names
    due = frozen | {"MANIFEST"}
    if drawn:
        due |= {"draw.toml", "tickets.csv"}
    if done:
        due |= RESULT | {"RESULT"}
    for step in range(1, steps + 1):
        due |= {f"reruns/{step}/{name}" for name in (*STEP, "RESULT")}
    for last, before in AFTER.items():
        if last not in round_.names:
            later = [name for name in before if name in round_.names]
            later += ["RESULT"] if last == "draw.toml" and done else []
            later += [f"reruns/{steps}"] if steps else []
            if later:
                what = f"it is missing, and {', '.join(later)} stands there: a step was cut short"
                raise Unreadable(last, f"{what}, or it was taken away")
    hidden = {name for name in due if name.rpartition("/")[2] in (sealed | {"answers.csv"})}
    round_.whole = hidden <= round_.names
    missing = due - round_.names - (set() if hidden & round_.names else hidden)
    odd = round_.names - due - {"VOID"}
    for name in sorted(missing):
        round_.wrong(name, "it is missing")
    for name in sorted(odd):
        round_.wrong(ascii(name), "it has no place in a round at this stage")
    if missing or odd:
        raise Unreadable("folder", "it is not whole, or holds more than a round")


def prove(round_: Round) -> list[str]:
    """Return what was proved of a round, after noting whatever is wrong with it."""
    read_names(round_)
    if "MANIFEST" not in round_.names:
        raise Unreadable("MANIFEST", "it is missing")
    steps = count_steps(round_)
    sealed = check_profile(round_)
    frozen = check_frozen_list(round_)
    check_stages(round_, frozen, sealed, steps)
    head = check_head(round_)
    check_previous(round_, head)
    programmes = check_supply(round_, head)
    proved = ["manifest", "supply"]
    last = "MANIFEST"
    source = ""
    numbers = "applications.csv" in round_.names
    inside: Inside = check_applications(round_) if numbers else {}
    if numbers:
        proved.append("numbers")
    places: dict[str, int] = {}
    if "draw.toml" in round_.names:
        last = "draw.toml"
        value, source = check_value(round_, head)
        proved.append(f"public value ({source})")
        if numbers:
            places = check_tickets(round_, head, inside, value)
            proved += ["tickets", "ranks"]
    if "RESULT" in round_.names:
        sound = not round_.findings
        last = check_outcome(round_, inside, places, programmes, steps)
        proved += ["counts", "results agree with cut-offs"] if numbers else ["cut-offs"]
        if round_.whole and sound:
            check_allocation(round_, head["list_limit"], inside, places, programmes, steps)
            proved.append("allocation repeated from the sealed files")
        if steps:
            proved.append(f"re-runs 1 to {steps}")
    if "VOID" in round_.names:
        round_.void = check_void(round_, head, last)
    note_unproved(round_, numbers)
    return proved


def check_outcome(
    round_: Round, inside: Inside, places: dict[str, int], programmes: Programmes, steps: int
) -> str:
    """Check the first result and those of the re-runs; return the last list of the chain."""
    last, due = "RESULT", RESULT
    for step in range(steps + 1):
        name = f"reruns/{step}/" if step else ""
        if step:
            due = {last, *(name + table for table in STEP)}
            last = f"{name}RESULT"
        check_list(round_, last, due)
        if f"{name}results.csv" in round_.names:
            check_results(round_, name, inside, places, programmes)
        else:
            check_counts(round_, name, programmes)
    return last


def note_unproved(round_: Round, numbers: bool) -> None:
    """Say what no file that is here can prove."""
    if not numbers:
        round_.unproved.append(
            "who applied, who stands where and who got what: those files are sealed"
        )
    elif not round_.whole:
        round_.unproved.append(
            "whether somebody asked for another home first: choices and facts are sealed"
        )
    if "RESULT" not in round_.names:
        drawn = "draw.toml" in round_.names
        round_.unproved.append(f"any result: the round is {'drawn' if drawn else 'frozen'} so far")
    if round_.void:
        round_.unproved.append(
            "who declared it void: compare that declaration with the published one"
        )
    round_.unproved.append(
        "that the commitment was public before the value: compare it with the published one"
    )


def verify_round(round_: Round) -> list[str]:
    """Return what was proved of a round; what cannot be read is a finding like any other."""
    try:
        return prove(round_)
    except Unreadable as fault:
        round_.findings.append(str(fault))
    except OSError as fault:
        round_.wrong(ascii(fault.filename), f"it cannot be read: {fault.strerror}")
    except NOT_UNDERSTOOD as fault:
        round_.wrong("some file", f"it cannot be understood: {fault!a}"[:300])
    return []


def verify(folder: str | Path) -> tuple[list[str], list[str]]:
    """Return (what was proved, findings) of a round folder."""
    round_ = Round(Path(folder))
    proved = verify_round(round_)
    return proved, round_.findings


def main() -> int:
    """Prove one folder and print what was proved, and what was not."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else ".")
    if not (folder / "MANIFEST").exists():
        print(f"{str(folder)!a} holds no MANIFEST; name a round folder", file=sys.stderr)
        return 2
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="backslashreplace")  # a terminal without Chinese letters
    gc.disable()  # nothing here makes cycles, and a million rows are read faster
    round_ = Round(folder)
    proved = verify_round(round_)
    for finding in round_.findings[:SHOWN]:
        print("WRONG ", re.sub("[^ -~]", "?", finding))
    if round_.findings:
        count = len(round_.findings)
        print(f"{count} finding{'' if count == 1 else 's'}")
        return 1
    print(f"commitment {round_.sha256('MANIFEST')}")
    if round_.void:
        print(f"VOID {round_.void}; SHA-256 of the declaration {round_.sha256('VOID')}")
    print("PROVED", ", ".join(proved))
    for what in round_.unproved:
        print("NOT PROVED", what)
    return 0
