"""``offered.csv`` of an estate: the programmes applicants choose between."""

from pathlib import Path

import polars as pl

from huiguan.foundation.faults import InputFault
from huiguan.foundation.readers.values import whole_number
from huiguan.housing.round.frozen import FACTS, SEXES
from huiguan.housing.round.programmes import NO_LIMIT, Offered
from huiguan.housing.supply.places import Level, parse_area
from huiguan.housing.supply.tables import Occupancy
from huiguan.storage.homes.declared import OFFERED
from huiguan.storage.homes.estate import coded, read_table, refuse, rows_of, words
from huiguan.storage.sheets.tables import Say, unheard

SIZE = r"^[1-9][0-9]?$"
LIMITS = ("sex", "size_least", "size_most", "policy")  # one for all parts of a programme


def read_offered(folder: Path, occupancy: Occupancy, say: Say = unheard) -> list[Offered]:
    """Return what an estate offers; a line that cannot be is refused by its number."""
    path, table = read_table(folder, OFFERED, say)
    name = table["programme"]
    refuse(path, ~name.str.contains(f"^{FACTS['own'].pattern}$"), name, "a name of a programme")
    policy = table["policy"]
    refuse(path, ~policy.str.contains(f"^{FACTS['own'].pattern}$"), policy, "a name of a policy")
    for column in ("size_least", "size_most"):
        refuse(path, ~table[column].str.contains(SIZE), table[column], "a number of people")
    within = rows_of(path, table["within"], occupancy.tree, None)
    levels = coded(path, table["level"], words(Level))
    sexes = coded(path, table["sex"], {word: at for at, word in enumerate(SEXES)})
    offers = [
        Offered(
            programme=row["programme"],
            within=int(within[at]),
            level=Level(int(levels[at])),
            sex=int(sexes[at]),
            least_dm2=area(path, at, row["least_area_m2"], 0),
            below_dm2=area(path, at, row["below_area_m2"], NO_LIMIT),
            size_least=whole_number(row["size_least"], "size_least"),
            size_most=whole_number(row["size_most"], "size_most"),
            policy=row["policy"],
        )
        for at, row in enumerate(table.iter_rows(named=True))
    ]
    one_of_each(path, table)
    return offers


def area(path: Path, at: int, text: str, usual: int) -> int:
    """Return an area in dm2, or what an empty cell means."""
    try:
        return parse_area(text) if text else usual
    except InputFault as fault:
        raise InputFault(f"{path} line {at + 2}: {fault}") from None


def one_of_each(path: Path, table: pl.DataFrame) -> None:
    """Refuse parts of a programme that are for other people, or under another policy."""
    seen: dict[str, tuple[str, ...]] = {}
    for at, row in enumerate(table.iter_rows(named=True)):
        limits = tuple(row[column] for column in LIMITS)
        if seen.setdefault(row["programme"], limits) != limits:
            raise InputFault(
                f"{path} line {at + 2}: another line of {row['programme']} has another of "
                f"{', '.join(LIMITS)}; a programme is for the same people everywhere"
            )
