"""Pure rooms ask nobody: no clock, no file, no chance, nothing of the process they run in.

The import contract "pure" of pyproject.toml forbids whole modules (``os``, ``time``); what needs no
import, or is one part of a module that is needed (``date.today`` of ``datetime``), is found here.
"""

import ast
from pathlib import Path

import pytest

import huiguan

HOUSE = Path(huiguan.__file__).parent
ROOMS = ("foundation", "exchange", "housing")
BY_DESIGN = {"housing/verify/program.py", "housing/verify/beacon_program.py"}  # they run alone
CLOCK = "a clock: the time is an argument"
ZONE = "the time zone of the machine: say which zone"
FILE = "a file: storage reads and writes"
CHANCE = "chance, or different in every process: a seed is an argument"
OUTSIDE = "asks the process it runs in"
FORBIDDEN = {
    "datetime.date.today": CLOCK,
    "datetime.datetime.now": CLOCK,
    "datetime.datetime.today": CLOCK,
    "datetime.datetime.utcnow": CLOCK,
    "datetime.date.fromtimestamp": ZONE,
    "datetime.datetime.fromtimestamp": ZONE,
    "open": FILE,
    "numpy.fromfile": FILE,
    "numpy.genfromtxt": FILE,
    "numpy.load": FILE,
    "numpy.loadtxt": FILE,
    "numpy.memmap": FILE,
    "numpy.save": FILE,
    "numpy.savez": FILE,
    "input": OUTSIDE,
    "print": OUTSIDE,
    "sys.argv": OUTSIDE,
    "sys.stdin": OUTSIDE,
    "sys.stdout": OUTSIDE,
    "hash": CHANCE,
    "numpy.random": CHANCE,
    "eval": OUTSIDE,
    "exec": OUTSIDE,
    "__import__": OUTSIDE,
    "importlib.import_module": OUTSIDE,
}


def imported(tree: ast.AST) -> dict[str, str]:
    """Return what each imported name stands for: ``dt`` for ``datetime``, ``date`` for its own."""
    names = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for entry in node.names:
                whole = entry.name if entry.asname else entry.name.partition(".")[0]
                names[entry.asname or whole] = whole
        elif isinstance(node, ast.ImportFrom):
            for entry in node.names:
                names[entry.asname or entry.name] = f"{node.module}.{entry.name}"
    return names


def dotted(node: ast.AST, names: dict[str, str]) -> str:
    """Return the whole name of ``a.b.c``, by what ``a`` was imported as; "" for anything else."""
    if isinstance(node, ast.Name):
        return names.get(node.id, node.id)
    if isinstance(node, ast.Attribute):
        return f"{base}.{node.attr}" if (base := dotted(node.value, names)) else ""
    return ""


def impure(source: str) -> list[tuple[int, str]]:
    """Return line and reason of everything forbidden that a source names."""
    tree = ast.parse(source)
    names = imported(tree)
    bound = {n.arg for n in ast.walk(tree) if isinstance(n, ast.arg)}
    bound |= {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and type(n.ctx) is ast.Store}
    found = []
    for node in ast.walk(tree):
        whole = dotted(node, names)
        if whole in FORBIDDEN and whole not in bound:
            found.append((node.lineno, f"{whole}: {FORBIDDEN[whole]}"))  # type: ignore[attr-defined]
    return sorted(found)


def test_pure_rooms_ask_nobody() -> None:
    paths = [path for room in ROOMS for path in sorted((HOUSE / room).rglob("*.py"))]
    assert len(paths) > 100
    found = {
        name: impure(path.read_text("utf-8"))
        for path in paths
        if (name := path.relative_to(HOUSE).as_posix()) not in BY_DESIGN
    }
    assert {name: lines for name, lines in found.items() if lines} == {}


def test_what_is_excepted_still_needs_it() -> None:
    assert all(impure((HOUSE / name).read_text("utf-8")) for name in BY_DESIGN)


@pytest.mark.parametrize(
    "planted",
    [
        "import datetime as dt\nday = dt.date.today()",
        "import datetime\nday = datetime.datetime.now(datetime.UTC)",
        "from datetime import date\nday = date.today()",
        "from datetime import datetime as moment\nclock = moment.now",
        "from datetime import datetime\nday = datetime.fromtimestamp(0)",
        "from json import load\nrows = load(open('rows.json'))",
        "import numpy as np\nrows = np.random.default_rng()",
        "import numpy as np\nrows = np.load('rows.npy')",
        "key = hash('cu2610')",
        "from importlib import import_module\nclock = import_module('time')",
        "clock = __import__('time')",
    ],
)
def test_each_kind_is_noticed(planted: str) -> None:
    assert [line for line, _ in impure(planted)] == [planted.count("\n") + 1]


def test_names_of_ones_own_are_no_fault() -> None:
    own = """
from datetime import date
def weekday(today: date, open: int) -> int:
    hash = today.weekday()
    return hash + open
"""
    assert impure(own) == []
