"""An estate on disk: places, levels of flats, fits of rooms and claims, read strictly.

The tables are those of ``declared``, as CSV or spreadsheets. A claim that clashes is refused by its
line. An owner is the office's own id of a lease or round; it is kept beside the numbers that
decisions are made on, and written back as it was.
"""

import io
from datetime import date
from enum import IntEnum
from pathlib import Path

import numpy as np
import polars as pl

from huiguan.foundation.faults import InputFault
from huiguan.foundation.readers.names import name, office_id, one_spelling
from huiguan.foundation.readers.sheets import Table
from huiguan.foundation.readers.values import no_date
from huiguan.foundation.refusals import BY_NUMBER
from huiguan.housing.dates import FOREVER, to_column
from huiguan.housing.supply.claims import (
    FIT,
    LEVEL,
    NONE,
    HoldReason,
    Purpose,
    Strength,
)
from huiguan.housing.supply.occupancy import claim_many
from huiguan.housing.supply.places import Kind, Level, Sex, Shift, Tree, build_tree
from huiguan.housing.supply.tables import Occupancy
from huiguan.storage.change import Change, changing, draft, finish_change, finish_held_change
from huiguan.storage.files import Files, write_file
from huiguan.storage.homes.declared import CLAIMS, FITS, LEVELS, PLACES
from huiguan.storage.lock import hold
from huiguan.storage.sheets.tables import Say, in_columns, read_utf8, sheet_path, unheard

POLARS_FIRST = date(1970, 1, 1)  # day 0 of a column of dates
NUMBER = r"^(0|[1-9][0-9]{0,17})$"
AREA = r"^(0|[1-9][0-9]{0,6})(\.[0-9]{1,2})?$"
BEDS = r"^(0|[1-9][0-9]{0,2})$"
PLAIN = r"^[!-\-/-~]+( [!-\-/-~]+)*$"  # ASCII without a point: one spelling, its own
DAY = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"


def read_table(folder: Path, table: Table, say: Say = unheard) -> tuple[Path, pl.DataFrame]:
    """Return a table of a folder as text columns, and the file that it is."""
    path = sheet_path(folder / table.file)
    data = in_columns(table, read_utf8(path, say), str(path))
    try:
        frame = pl.read_csv(io.BytesIO(data), infer_schema=False).fill_null("")
    except pl.exceptions.PolarsError as error:
        raise InputFault(f"{path} is not a CSV table: {str(error).splitlines()[0]}") from None
    if frame.columns != table.heads:
        raise InputFault(f"{path}: the header must be {','.join(table.heads)}")
    return path, frame


def refuse(path: Path, wrong: pl.Series, column: pl.Series, what: str) -> None:
    """Name the first line of a file whose value is wrong."""
    wrong = wrong.fill_null(value=True)
    if wrong.any():
        line = int(wrong.arg_max() or 0)
        raise InputFault(f"{path} line {line + 2}: {column[line]!r} is not {what}")


def coded(path: Path, column: pl.Series, codes: dict[str, int]) -> np.ndarray:
    """Return the numbers of a column of words."""
    numbers = column.replace_strict(codes, default=None, return_dtype=pl.Int32)
    refuse(path, numbers.is_null(), column, f"one of {', '.join(codes)}")
    return numbers.to_numpy()


def days(path: Path, column: pl.Series) -> np.ndarray:
    """Return a column of ISO dates as columns hold days."""
    parsed = column.str.to_date("%Y-%m-%d", strict=False)
    wrong = parsed.is_null() | ~column.str.contains(DAY)
    wrong = wrong.fill_null(value=True)
    if wrong.any():
        line = int(wrong.arg_max() or 0)
        raise no_date(column[line], f"{path} line {line + 2}")
    return parsed.cast(pl.Int32).to_numpy() + to_column(POLARS_FIRST)


def rows_of(path: Path, column: pl.Series, tree: Tree, kind: Kind | None) -> np.ndarray:
    """Return the rows of the places a column names; all of one kind, if it is given."""
    names = pl.DataFrame({"name": tree.codes, "row": np.arange(len(tree.codes), dtype=np.int32)})
    found = pl.DataFrame({"name": column}).join(names, on="name", how="left", maintain_order="left")
    rows = found["row"]
    refuse(path, rows.is_null(), column, "a place of places.csv")
    numbers = rows.to_numpy()
    if kind is not None:
        other = pl.Series(tree.rows["kind"][numbers] != kind)
        refuse(path, other, column, f"a {kind.name.lower()}")
    return numbers


def known_once(path: Path, codes: pl.Series) -> None:
    """Refuse a code that is a second spelling, of its own or of another code of the file.

    ``PLAIN`` codes, each there once, are neither: one by one go only the others.
    """
    other = ~codes.str.contains(PLAIN)
    for row in other.arg_true().to_list():
        try:
            name(codes[row], "code")
        except InputFault as fault:
            raise InputFault(f"{path} line {row + 2}: {fault}") from None
    if other.any():
        try:
            one_spelling(codes.to_list(), "places")
        except InputFault as fault:
            raise InputFault(f"{path}: {fault}") from None


def words(values: type[IntEnum]) -> dict[str, int]:
    """Return the words of a file for the members of an enumeration."""
    return {member.name.lower(): int(member) for member in values}


def read_places(folder: Path, say: Say = unheard) -> Tree:
    """Return the tree of places.csv."""
    path, table = read_table(folder, PLACES, say)
    if table.is_empty():
        raise InputFault(f"{path} has no place below its heads; write down the estate first")
    place = table["place"]
    wrong = place == ""
    if place.n_unique() < len(place):  # that is known in half the time that it takes to say which
        wrong |= place.is_duplicated()
    refuse(path, wrong, place, "a code of its own")
    known_once(path, place)
    lines = pl.DataFrame({"parent": place, "row": np.arange(len(place), dtype=np.int32)})
    parents = table.select("parent").join(lines, on="parent", how="left", maintain_order="left")
    known = parents["row"].fill_null(-1)
    refuse(path, (known == -1) & (table["parent"] != ""), table["parent"], "a place of this file")
    area = table["area_m2"]
    refuse(path, ~area.str.contains(AREA), area, "an area like 15 or 15.00, in the digits 0 to 9")
    parts = area.str.split_exact(".", 1).struct
    fraction = parts[1].fill_null("").str.pad_end(2, "0")
    area_dm2 = parts[0].cast(pl.Int32) * 100 + fraction.cast(pl.Int32)
    yes_no = {"yes": 1, "no": 0}
    return build_tree(
        place.to_list(),
        known.to_numpy(),
        coded(path, table["kind"], words(Kind)),
        area_dm2.to_numpy(),
        coded(path, table["accessible"], yes_no),
        coded(path, table["dormitory"], yes_no),
    )


def chain(path: Path, table: np.ndarray, owner: str, heads: np.ndarray, column: pl.Series) -> None:
    """Link the rows of each place, newest first, and end each at the start of the next."""
    order = np.lexsort((np.arange(len(table)), table[owner]))
    same = table[owner][order][1:] == table[owner][order][:-1]
    older, newer = order[:-1][same], order[1:][same]
    late = np.zeros(len(table), bool)
    late[newer] = table["start"][older] >= table["start"][newer]
    refuse(path, pl.Series(late), column, "in the order of days: a later line must start later")
    table["end"][older] = table["start"][newer]
    table["next"][newer] = older
    heads[table[owner]] = np.arange(len(table))  # the last line of a place wins


def read_levels(folder: Path, occupancy: Occupancy, say: Say) -> None:
    """Fill the levels of an occupancy."""
    tree, (path, table) = occupancy.tree, read_table(folder, LEVELS, say)
    levels = np.zeros(len(table), LEVEL)
    levels["flat"] = rows_of(path, table["flat"], tree, Kind.FLAT)
    levels["level"] = coded(path, table["level"], words(Level))
    levels["start"], levels["end"] = days(path, table["start"]), FOREVER
    levels["next"] = NONE
    beds_barred = (levels["level"] == Level.BED) & (tree.rows["dormitory"][levels["flat"]] == 0)
    refuse(path, pl.Series(beds_barred), table["flat"], "in a project approved for beds")
    chain(path, levels, "flat", occupancy.heads["level"], table["flat"])
    occupancy.levels, occupancy.level_count = levels, len(levels)


def read_fits(folder: Path, occupancy: Occupancy, say: Say) -> None:
    """Fill the fits of an occupancy."""
    tree, (path, table) = occupancy.tree, read_table(folder, FITS, say)
    fits = np.zeros(len(table), FIT)
    fits["room"] = rows_of(path, table["room"], tree, Kind.ROOM)
    refuse(path, ~table["beds"].str.contains(BEDS), table["beds"], "a number of beds")
    fits["beds"] = table["beds"].cast(pl.Int32).to_numpy()
    fits["sex"] = coded(path, table["sex"], words(Sex))
    fits["shift"] = coded(path, table["shift"], words(Shift))
    fits["start"], fits["end"], fits["next"] = days(path, table["start"]), FOREVER, NONE
    refuse(
        path,
        pl.Series(fits["beds"] > tree.rows["beds"][fits["room"]]),
        table["beds"],
        "a number of beds the room has places for",
    )
    chain(path, fits, "room", occupancy.heads["fit"], table["room"])
    occupancy.fits, occupancy.fit_count = fits, len(fits)


def read_claims(folder: Path, occupancy: Occupancy, say: Say) -> None:
    """Take the places of a file, line after line; the first that may not be taken is named."""
    path, table = read_table(folder, CLAIMS, say)
    end = table["end"].replace("", date.max.isoformat())
    wanted = np.zeros((len(table), 6), np.int64)
    wanted[:, 0] = rows_of(path, table["place"], occupancy.tree, None)
    wanted[:, 1], wanted[:, 2] = days(path, table["start"]), days(path, end)
    wanted[:, 3] = coded(path, table["purpose"], words(Purpose))
    wanted[:, 4] = owners_of(path, table, occupancy)
    wanted[:, 5] = coded(path, table["sex"], words(Sex))
    refusals = claim_many(occupancy, wanted)
    if refusals.any():
        line = int(np.argmax(refusals != 0))
        reason = BY_NUMBER[int(refusals[line])].english
        raise InputFault(f"{path} line {line + 2}: {table['place'][line]!r}: {reason}")


def owners_of(path: Path, table: pl.DataFrame, occupancy: Occupancy) -> np.ndarray:
    """Return the numbers of the owners of claims: of a hold the reason, of others as below.

    A number stands for itself; any other id is kept in ``occupancy.own_ids`` and stands as -1 for
    the first, -2 for the second...
    """
    owner, held = table["owner"], table["purpose"] == "held"
    reasons = owner.replace_strict(words(HoldReason), default=None, return_dtype=pl.Int64)
    refuse(path, held & reasons.is_null(), owner, f"one of {', '.join(words(HoldReason))}")
    numbers = owner.set(~owner.str.contains(NUMBER), None).cast(pl.Int64)
    named = ~held & numbers.is_null()
    ids = owner.filter(named).unique(maintain_order=True).to_list()
    for own_id in ids:
        try:
            office_id(own_id, "owner")
        except InputFault as fault:
            line = int((owner == own_id).arg_max() or 0) + 2
            raise InputFault(f"{path} line {line}: {fault}") from None
    one_spelling(ids, f"{path}: owners")
    occupancy.own_ids = tuple(ids)
    places = {own_id: -1 - at for at, own_id in enumerate(ids)}
    own = owner.replace_strict(places, default=None, return_dtype=pl.Int64)
    return reasons.set(~held, None).fill_null(numbers).fill_null(own).to_numpy()


def read_estate(folder: Path, say: Say = unheard) -> Occupancy:
    """Return an estate folder: places, levels, fits, and the claims if the folder has some.

    An interrupted change of it is finished first.
    """
    finish_change(folder)
    occupancy = Occupancy(read_places(folder, say))
    read_levels(folder, occupancy, say)
    read_fits(folder, occupancy, say)
    if sheet_path(folder / CLAIMS.file).exists():
        read_claims(folder, occupancy, say)
    return occupancy


class Writer:
    """Columns of an occupancy as the files hold them."""

    def __init__(self, occupancy: Occupancy) -> None:
        self.occupancy = occupancy
        self.codes = pl.Series(occupancy.tree.codes)

    def place(self, rows: np.ndarray) -> pl.Series:
        """Return the codes of places."""
        return self.codes.gather(rows)

    def word(self, values: np.ndarray, names: dict[str, int]) -> pl.Series:
        """Return the words of numbers."""
        known = {number: name for name, number in names.items()}
        return pl.Series(values.astype(np.int32)).replace_strict(known, return_dtype=pl.String)

    def day(self, values: np.ndarray) -> pl.Series:
        """Return days as dates."""
        return pl.Series(values.astype(np.int32) - to_column(POLARS_FIRST)).cast(pl.Date)

    def places(self) -> pl.DataFrame:
        """Return places.csv."""
        rows = self.occupancy.tree.rows
        parents = self.place(np.maximum(rows["parent"], 0))
        area, yes_no = rows["area_dm2"], {"yes": 1, "no": 0}
        whole_and_part = zip(area // 100, area % 100, strict=True)
        return pl.DataFrame(
            {
                "place": self.codes,
                "parent": parents.set(pl.Series(rows["parent"] < 0), None),
                "kind": self.word(rows["kind"], words(Kind)),
                "area_m2": [f"{whole}.{part:02d}" for whole, part in whole_and_part],
                "accessible": self.word(rows["accessible"], yes_no),
                "dormitory": self.word(rows["dormitory"], yes_no),
            }
        )

    def levels(self) -> pl.DataFrame:
        """Return levels.csv."""
        levels = self.occupancy.levels[: self.occupancy.level_count]
        levels = np.sort(levels[levels["start"] < levels["end"]], order=["flat", "start"])
        return pl.DataFrame(
            {
                "flat": self.place(levels["flat"]),
                "level": self.word(levels["level"], words(Level)),
                "start": self.day(levels["start"]),
            }
        )

    def fits(self) -> pl.DataFrame:
        """Return fits.csv."""
        fits = self.occupancy.fits[: self.occupancy.fit_count]
        fits = np.sort(fits[fits["start"] < fits["end"]], order=["room", "start"])
        return pl.DataFrame(
            {
                "room": self.place(fits["room"]),
                "beds": fits["beds"],
                "sex": self.word(fits["sex"], words(Sex)),
                "shift": self.word(fits["shift"], words(Shift)),
                "start": self.day(fits["start"]),
            }
        )

    def claims(self) -> pl.DataFrame:
        """Return claims.csv: the holds that have a day."""
        claims = self.occupancy.claims[: self.occupancy.claim_count]
        claims = claims[(claims["strength"] == Strength.HOLD) & (claims["start"] < claims["end"])]
        reason = {int(member): member.name.lower() for member in HoldReason}
        held = claims["purpose"] == Purpose.HELD
        owners = zip(claims["owner"].tolist(), held.tolist(), strict=True)
        end = self.day(claims["end"]).cast(pl.String)
        return pl.DataFrame(
            {
                "place": self.place(claims["place"]),
                "purpose": self.word(claims["purpose"], words(Purpose)),
                "owner": [
                    reason[owner] if hold else self.occupancy.owner_id(owner)
                    for owner, hold in owners
                ],
                "sex": self.word(claims["sex"], words(Sex)),
                "start": self.day(claims["start"]),
                "end": end.replace(date.max.isoformat(), None),
            }
        )


def write_estate(folder: Path, occupancy: Occupancy, files: Files | None = None) -> None:
    """Write the four tables in one step, so that ``read_estate`` gives the same estate."""
    files, writer = files or Files(), Writer(occupancy)
    tables = {
        "places.csv": writer.places(),
        "levels.csv": writer.levels(),
        "fits.csv": writer.fits(),
        "claims.csv": writer.claims(),
    }
    with hold(folder, "homes demo"), changing(folder, Change(list(tables)), files):
        for table, rows in tables.items():
            write_file(draft(folder, table), [rows.write_csv().encode()], files)


def finish_estate(folder: Path) -> None:
    """Finish what an interrupted command left; the caller holds the folder."""
    finish_held_change(folder, Files())


def write_claims(folder: Path, occupancy: Occupancy) -> None:
    """Write who has what, in one step; the caller holds the folder."""
    sheet = sheet_path(folder / CLAIMS.file)
    if sheet.name != CLAIMS.file:
        raise InputFault(
            f"{sheet} is a spreadsheet, and this command writes {CLAIMS.file}; save it as CSV UTF-8"
            " and take the spreadsheet away"
        )
    files, rows = Files(), Writer(occupancy).claims()
    with changing(folder, Change([CLAIMS.file]), files):
        write_file(draft(folder, CLAIMS.file), [rows.write_csv().encode()], files)
