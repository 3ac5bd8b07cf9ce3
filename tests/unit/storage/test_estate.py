"""An estate folder is read strictly and written back the same."""

from pathlib import Path

import polars as pl
import pytest

from huiguan.foundation.faults import InputFault
from huiguan.foundation.readers.names import name as known_as
from huiguan.foundation.readers.names import spelling
from huiguan.housing.supply.claims import HoldReason, Purpose
from huiguan.housing.supply.occupancy import claim, free_places, why
from huiguan.housing.supply.places import Level, Sex
from huiguan.housing.supply.reconcile import units_on
from huiguan.storage.change import is_content
from huiguan.storage.homes.estate import PLAIN, read_estate, write_estate
from tests.dying_files import FilesThatDie, Killed
from tests.trading_days import bytes_of
from tests.unit.housing.estates import APRIL, MARCH, MAY, Estate

PLACES = """place,parent,kind,area_m2,accessible,dormitory
C,,community,0,no,no
A,C,building,0,no,yes
A1,A,flat,40.5,yes,no
A1r,A1,room,15.00,no,no
A1r1,A1r,bed,0,no,no
A1r2,A1r,bed,0,no,no
"""
LEVELS = "flat,level,start\nA1,whole,2026-03-01\nA1,bed,2026-04-01\n"
FITS = "room,beds,sex,shift,start\nA1r,2,women,any,2026-04-01\n"


CLAIMS = """place,purpose,owner,sex,start,end
A1r1,let,17,women,2026-04-01,2027-04-01
A1r2,held,repair,any,2026-04-01,
"""


def folder(path: Path) -> Path:
    tables = {"places": PLACES, "levels": LEVELS, "fits": FITS, "claims": CLAIMS}
    for name, text in tables.items():
        (path / f"{name}.csv").write_text(text, "utf-8")
    return path


def test_levels_and_fits_hold_from_their_days(tmp_path: Path) -> None:
    estate = read_estate(folder(tmp_path))
    tree = estate.tree
    assert tree.rows["area_dm2"].tolist() == [0, 0, 4_050, 1_500, 0, 0]
    assert free_places(estate, Level.WHOLE, MARCH, APRIL).tolist() == [tree.index("A1")]
    assert free_places(estate, Level.WHOLE, MARCH, MAY).tolist() == []
    assert free_places(estate, Level.BED, APRIL, None, Sex.WOMEN).tolist() == []
    assert estate.claim_count == 3 + 3


def test_what_is_written_reads_the_same(tmp_path: Path) -> None:
    estate = Estate()
    estate.claim("A1r1", APRIL, MAY, owner=41)
    estate.claim("A1s", APRIL, None, Purpose.HELD, HoldReason.REPAIR)
    write_estate(tmp_path / "first", estate.occupancy)
    write_estate(tmp_path / "second", read_estate(tmp_path / "first"))
    for name in ("places.csv", "levels.csv", "fits.csv", "claims.csv"):
        first = (tmp_path / "first" / name).read_bytes()
        assert first == (tmp_path / "second" / name).read_bytes()
    assert b"A1r,A1,room,15.00,no,yes" in (tmp_path / "first/places.csv").read_bytes()
    assert (tmp_path / "first/claims.csv").read_text("ascii").splitlines()[1:] == [
        "A1r1,let,41,any,2026-04-01,2026-05-01",
        "A1s,held,repair,any,2026-04-01,",
    ]


def test_an_estate_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    """Killed at any call: the four tables from before or the four new ones, never a mixture."""
    first, second = Estate(), Estate()
    second.claim("A1r1", APRIL, MAY, owner=41)
    write_estate(tmp_path / "old", first.occupancy)
    write_estate(tmp_path / "new", second.occupancy)
    old, new = bytes_of(tmp_path / "old"), bytes_of(tmp_path / "new")
    assert old != new
    seen = []
    for at in range(100):
        folder = tmp_path / str(at)
        write_estate(folder, first.occupancy)
        try:
            write_estate(folder, second.occupancy, FilesThatDie(at))
        except Killed:
            read_estate(folder)
        found = {name: data for name, data in bytes_of(folder).items() if is_content(name)}
        assert found in (old, new)
        seen.append(found == new)
    assert seen == sorted(seen)
    assert {*seen} == {False, True}


@pytest.mark.parametrize(
    ("name", "old", "new", "words"),
    [
        ("places", "A1r1,A1r,bed", "A1r1,A9,bed", "line 6: 'A9' is not a place of this file"),
        ("places", "A1r2", "A1r1", "line 6: 'A1r1' is not a code of its own"),
        ("places", "15.00", "15.001", "line 5: '15.001' is not an area"),
        ("places", "A1r1,A1r,bed", "A1r1,A1r,cot", "'cot' is not one of community"),
        ("places", "A1r1,A1r,bed", "A1r1,A1,bed", "'A1r1' .line 6.: a bed must stand directly"),
        ("places", "place,parent", "house,parent", "there is no column 'house'; the columns are"),
        ("places", "place,parent", "parent,parent", "the column 'parent' stands twice"),
        ("levels", "flat,level,start", "flat,level,level", "the column 'level' stands twice"),
        ("places", "building,0,no,yes", "building,0,no,no", "'A1' is not in a project approved"),
        ("levels", "2026-04-01", "2026-02-30", "line 3: '2026-02-30' is not a date"),
        ("levels", "2026-04-01", "2026-03-01", "line 3: 'A1' is not in the order of days"),
        ("levels", "A1,bed", "A1r,bed", "'A1r' is not a flat"),
        ("fits", "A1r,2", "A1r,3", "'3' is not a number of beds the room has places for"),
        ("fits", "A1r,2", "A1r,two", "'two' is not a number of beds"),
        ("fits", "women", "girls", "'girls' is not one of any, women, men"),
        ("claims", "repair", "boredom", "line 3: 'boredom' is not one of repair, cleaning"),
        ("claims", "17", "L17 ", "line 2: owner: .* second spelling"),
        ("claims", "women", "men", "line 2: 'A1r1': the room is for the other sex"),
        ("claims", "A1r2", "A1r1", "line 3: 'A1r1': it, or what it is part of"),
        ("claims", "A1r1,let", "A1,let", "line 2: 'A1': the flat is not let at this level"),
        ("places", "15.00", "１5.00", "line 5: '１5.00' is not an area like 15 or 15.00, in the"),
        ("places", "A1r2", "Ａ1r1", "are one name in two spellings"),
        ("places", "A1r2", "A1r1 ", "line 7: code: .* second spelling"),
        ("places", "A1r2", "A1r1\u200b", "line 7: code: .* second spelling"),
        ("levels", "2026-04-01", "２026-04-01", "is not a date; write it like 2026-07-01"),
        ("levels", "2026-04-01", "2026-4-1", "line 3: '2026-4-1' is not a date"),
        ("fits", "A1r,2", "A1r,２", "line 2: '２' is not a number of beds"),
        ("fits", "A1r,2", "A1r,02", "line 2: '02' is not a number of beds"),
        ("claims", "17", "１7", "line 2: owner: '１7' is written in wide letters"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, name: str, old: str, new: str, words: str) -> None:
    path = folder(tmp_path) / f"{name}.csv"
    path.write_text(path.read_text("utf-8").replace(old, new, 1), "utf-8")
    with pytest.raises(InputFault, match=words):
        read_estate(tmp_path)


def test_a_plain_code_needs_no_second_look() -> None:
    """Texts of up to three characters; whatever is plain is a name, and spelt as it is."""
    letters = ["A", " ", ".", "~", "!", "-", "/", "\x00", "\x7f", "\t", "\n", "é", "Ａ", "·"]
    texts = ["", *letters, *(a + b + c for a in letters for b in ["", *letters] for c in letters)]
    plain = pl.Series(texts).str.contains(PLAIN)
    for text in pl.Series(texts).filter(plain):
        assert known_as(text, "code") == spelling(text) == text
    assert pl.Series(texts).filter(plain).to_list()[:5] == ["A", "~", "!", "-", "/"]


def test_an_estate_without_a_place_is_none(tmp_path: Path) -> None:
    folder(tmp_path)
    (tmp_path / "places.csv").write_text(PLACES.splitlines()[0] + "\n")
    with pytest.raises(InputFault, match=r"places\.csv has no place below its heads"):
        read_estate(tmp_path)


def test_a_folder_without_places_is_explained(tmp_path: Path) -> None:
    with pytest.raises(InputFault, match=r"there is no .*places\.csv"):
        read_estate(tmp_path)


def test_owners_are_the_offices_own_ids(tmp_path: Path) -> None:
    """Ids stay as they are written, leading zeros too; "17" is the number 17, "017" another id."""
    path = folder(tmp_path) / "claims.csv"
    path.write_text(
        "place,purpose,owner,sex,start,end\n"
        "A1,let,租约2026-07,any,2026-03-01,2026-03-10\n"
        "A1,let,017,any,2026-03-10,2026-03-11\n"
        "A1,let,17,any,2026-03-11,2026-03-12\n"
        "A1r2,held,repair,any,2026-04-01,\n"
        "A1r1,let,租约2026-07,women,2026-04-01,\n",
        "utf-8",
    )
    estate = read_estate(tmp_path)
    assert estate.own_ids == ("租约2026-07", "017")
    write_estate(tmp_path / "again", estate)
    lines = (tmp_path / "again/claims.csv").read_text("utf-8").splitlines()
    assert sorted(line.split(",")[2] for line in lines[1:]) == sorted(
        ["租约2026-07", "017", "17", "repair", "租约2026-07"]
    )
    units = {unit.place: unit for unit in units_on(estate, APRIL)}
    assert units["A1r1"].owner == "租约2026-07"
    assert (units["A1r2"].state, units["A1r2"].owner) == ("held", "repair")
    outcome = claim(estate, estate.tree.index("A1r1"), APRIL, None, Purpose.LET, 99, Sex.WOMEN)
    assert "租约2026-07" in why(estate, estate.tree.index("A1r1"), outcome)
