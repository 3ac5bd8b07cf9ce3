"""An estate on disk: places, levels of flats, fits of rooms and claims, read strictly.

places.csv: ``place,parent,kind,area_m2,accessible,dormitory`` (parents before children);
levels.csv: ``flat,level,start``; fits.csv: ``room,beds,sex,shift,start`` in the order of days;
claims.csv, if there is one: ``place,purpose,owner,sex,start,end`` (owner: number of the lease or
round, or the reason of a hold; no end: left empty). A claim that clashes is refused by its line.
"""

from datetime import date
from enum import IntEnum
from pathlib import Path

import numpy as np
import polars as pl

from huiguan.foundation.faults import InputFault
from huiguan.foundation.refusals import BY_NUMBER
from huiguan.housing.dates import FOREVER
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

PLACES = ["place", "parent", "kind", "area_m2", "accessible", "dormitory"]
LEVELS = ["flat", "level", "start"]
FITS = ["room", "beds", "sex", "shift", "start"]
CLAIMS = ["place", "purpose", "owner", "sex", "start", "end"]
NUMBER = r"^\d{1,18}$"


def read_table(path: Path, columns: list[str]) -> pl.DataFrame:
    """Return a CSV file as text columns; the header must be exactly ``columns``."""
    try:
        table = pl.read_csv(path, infer_schema=False).fill_null("")
    except FileNotFoundError:
        raise InputFault(
            f"there is no {path}: an estate is places.csv, levels.csv and fits.csv"
        ) from None
    except (pl.exceptions.PolarsError, UnicodeDecodeError) as error:
        raise InputFault(f"{path} is not a CSV table: {str(error).splitlines()[0]}") from None
    if table.columns != columns:
        raise InputFault(f"{path}: the header must be {','.join(columns)}")
    return table


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
    """Return the ordinals of a column of ISO dates."""
    parsed = column.str.to_date("%Y-%m-%d", strict=False)
    refuse(path, parsed.is_null(), column, "a date like 2026-07-01")
    return parsed.cast(pl.Int32).to_numpy() + date(1970, 1, 1).toordinal()


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


def words(values: type[IntEnum]) -> dict[str, int]:
    """Return the words of a file for the members of an enumeration."""
    return {member.name.lower(): int(member) for member in values}


def read_places(path: Path) -> Tree:
    """Return the tree of places.csv."""
    table = read_table(path, PLACES)
    place = table["place"]
    refuse(path, place.is_duplicated() | (place == ""), place, "a code of its own")
    lines = pl.DataFrame({"parent": place, "row": np.arange(len(place), dtype=np.int32)})
    parents = table.select("parent").join(lines, on="parent", how="left", maintain_order="left")
    known = parents["row"].fill_null(-1)
    refuse(path, (known == -1) & (table["parent"] != ""), table["parent"], "a place of this file")
    area = table["area_m2"]
    refuse(path, ~area.str.contains(r"^\d{1,7}(\.\d{1,2})?$"), area, "an area like 15 or 15.00")
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


def read_levels(path: Path, occupancy: Occupancy) -> None:
    """Fill the levels of an occupancy."""
    tree, table = occupancy.tree, read_table(path, LEVELS)
    levels = np.zeros(len(table), LEVEL)
    levels["flat"] = rows_of(path, table["flat"], tree, Kind.FLAT)
    levels["level"] = coded(path, table["level"], words(Level))
    levels["start"], levels["end"] = days(path, table["start"]), FOREVER
    levels["next"] = NONE
    beds_barred = (levels["level"] == Level.BED) & (tree.rows["dormitory"][levels["flat"]] == 0)
    refuse(path, pl.Series(beds_barred), table["flat"], "in a project approved for beds")
    chain(path, levels, "flat", occupancy.heads["level"], table["flat"])
    occupancy.levels, occupancy.level_count = levels, len(levels)


def read_fits(path: Path, occupancy: Occupancy) -> None:
    """Fill the fits of an occupancy."""
    tree, table = occupancy.tree, read_table(path, FITS)
    fits = np.zeros(len(table), FIT)
    fits["room"] = rows_of(path, table["room"], tree, Kind.ROOM)
    refuse(path, ~table["beds"].str.contains(r"^\d{1,3}$"), table["beds"], "a number of beds")
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


def read_claims(path: Path, occupancy: Occupancy) -> None:
    """Take the places of a file, line after line; the first that may not be taken is named."""
    table = read_table(path, CLAIMS)
    owner = table["owner"]
    reasons = owner.replace_strict(words(HoldReason), default=None, return_dtype=pl.Int64)
    held = table["purpose"] == "held"
    refuse(path, held & reasons.is_null(), owner, f"one of {', '.join(words(HoldReason))}")
    refuse(path, ~held & ~owner.str.contains(NUMBER), owner, "the number of a lease or round")
    end = table["end"].replace("", date.max.isoformat())
    wanted = np.zeros((len(table), 6), np.int64)
    wanted[:, 0] = rows_of(path, table["place"], occupancy.tree, None)
    wanted[:, 1], wanted[:, 2] = days(path, table["start"]), days(path, end)
    wanted[:, 3] = coded(path, table["purpose"], words(Purpose))
    wanted[:, 4] = reasons.fill_null(owner.cast(pl.Int64, strict=False)).to_numpy()
    wanted[:, 5] = coded(path, table["sex"], words(Sex))
    refusals = claim_many(occupancy, wanted)
    if refusals.any():
        line = int(np.argmax(refusals != 0))
        reason = BY_NUMBER[int(refusals[line])].english
        raise InputFault(f"{path} line {line + 2}: {table['place'][line]!r}: {reason}")


def read_estate(folder: Path) -> Occupancy:
    """Return an estate folder: places, levels, fits, and the claims if the folder has some."""
    occupancy = Occupancy(read_places(folder / "places.csv"))
    read_levels(folder / "levels.csv", occupancy)
    read_fits(folder / "fits.csv", occupancy)
    if (folder / "claims.csv").exists():
        read_claims(folder / "claims.csv", occupancy)
    return occupancy


def write_estate(folder: Path, occupancy: Occupancy) -> None:
    """Write the four tables so that ``read_estate`` gives the same estate."""
    tree = occupancy.tree
    codes = pl.Series(tree.codes)
    folder.mkdir(parents=True, exist_ok=True)

    def place(rows: np.ndarray) -> pl.Series:
        return codes.gather(rows)

    def word(values: np.ndarray, names: dict[str, int]) -> pl.Series:
        return pl.Series(values.astype(np.int32)).replace_strict(
            {number: name for name, number in names.items()}, return_dtype=pl.String
        )

    def day(values: np.ndarray) -> pl.Series:
        return pl.Series(values.astype(np.int32) - date(1970, 1, 1).toordinal()).cast(pl.Date)

    rows = tree.rows
    parents = place(np.maximum(rows["parent"], 0))
    area = rows["area_dm2"]
    pl.DataFrame(
        {
            "place": codes,
            "parent": parents.set(pl.Series(rows["parent"] < 0), None),
            "kind": word(rows["kind"], words(Kind)),
            "area_m2": [
                f"{whole}.{part:02d}" for whole, part in zip(area // 100, area % 100, strict=True)
            ],
            "accessible": word(rows["accessible"], {"yes": 1, "no": 0}),
            "dormitory": word(rows["dormitory"], {"yes": 1, "no": 0}),
        }
    ).write_csv(folder / "places.csv")
    levels = occupancy.levels[: occupancy.level_count]
    levels = np.sort(levels[levels["start"] < levels["end"]], order=["flat", "start"])
    pl.DataFrame(
        {
            "flat": place(levels["flat"]),
            "level": word(levels["level"], words(Level)),
            "start": day(levels["start"]),
        }
    ).write_csv(folder / "levels.csv")
    fits = occupancy.fits[: occupancy.fit_count]
    fits = np.sort(fits[fits["start"] < fits["end"]], order=["room", "start"])
    pl.DataFrame(
        {
            "room": place(fits["room"]),
            "beds": fits["beds"],
            "sex": word(fits["sex"], words(Sex)),
            "shift": word(fits["shift"], words(Shift)),
            "start": day(fits["start"]),
        }
    ).write_csv(folder / "fits.csv")
    claims = occupancy.claims[: occupancy.claim_count]
    claims = claims[(claims["strength"] == Strength.HOLD) & (claims["start"] < claims["end"])]
    reason = {int(member): member.name.lower() for member in HoldReason}
    held = claims["purpose"] == Purpose.HELD
    owners = zip(claims["owner"].tolist(), held.tolist(), strict=True)
    pl.DataFrame(
        {
            "place": place(claims["place"]),
            "purpose": word(claims["purpose"], words(Purpose)),
            "owner": [reason[owner] if hold else str(owner) for owner, hold in owners],
            "sex": word(claims["sex"], words(Sex)),
            "start": day(claims["start"]),
            "end": day(claims["end"]).cast(pl.String).replace(date.max.isoformat(), None),
        }
    ).write_csv(folder / "claims.csv")
