"""Settings and tables in a folder: what is declared comes back, and damage is named."""

from collections import namedtuple
from pathlib import Path
from typing import Annotated, NamedTuple, get_type_hints

import numpy as np
import pytest

from huiguan.exchange.day.image import DayImage, image_digest
from huiguan.foundation.faults import CheckFault, InputFault
from huiguan.foundation.records import Int32, Int64, Record, blank_rows, table_layout
from huiguan.foundation.tables import digest_of
from huiguan.storage.files import Files, write_file
from huiguan.storage.market.day_image import read_image
from huiguan.storage.table_folder import folder_files, read_folder, write_folder
from tests.images import small_image

SETTINGS = {"trading_day": 20260821, "venue": "上期所", "funds": True}


class Member(Record, frozen=True):
    deposit_fen: Int64
    mode: Int32


class WiderMember(Record, frozen=True):
    deposit_fen: Int64
    mode: Int32
    right: Int32


class Lot(Record, frozen=True):
    KEY = ("day", "trade")

    day: Int32
    trade: Int64
    lots: Int32


class StorageBill(Record, frozen=True):
    KEY = ("trading_code", "product")

    fen: Int64
    trading_code: Int32
    product: Int32


class Morning(NamedTuple):
    settings: dict[str, object]
    members: Annotated[np.ndarray, Member]
    lots: Annotated[np.ndarray, Lot]
    bills: Annotated[np.ndarray, StorageBill] = blank_rows(StorageBill)


class OlderMorning(NamedTuple):
    settings: dict[str, object]
    members: Annotated[np.ndarray, Member]


class WiderMorning(NamedTuple):
    settings: dict[str, object]
    members: Annotated[np.ndarray, WiderMember]
    lots: Annotated[np.ndarray, Lot]


def lots(*keys: tuple[int, int]) -> np.ndarray:
    return np.array([(day, trade, 7) for day, trade in keys], table_layout(Lot))


def morning(**parts: object) -> Morning:
    members = np.array([(5_000_000_00, 1), (-3, 2)], table_layout(Member))
    given = {"settings": SETTINGS, "members": members, "lots": lots((20, 1), (20, 2), (21, 1))}
    return Morning(**given | parts)  # type: ignore[arg-type]


@pytest.fixture
def image(tmp_path: Path) -> Path:
    for name, parts in folder_files("image", morning(), why="tests"):
        write_file(tmp_path / "image" / name, parts, Files())
    return tmp_path / "image"


def test_settings_and_tables_come_back(image: Path) -> None:
    found, beside = read_folder(image, Morning)
    assert found.settings == SETTINGS
    assert beside == {"why": "tests"}
    assert np.array_equal(found.members, morning().members)
    assert np.array_equal(np.load(image / "members.npy"), morning().members)
    assert digest_of(found) == digest_of(morning())


def test_the_same_value_is_the_same_bytes(image: Path, tmp_path: Path) -> None:
    again = tmp_path / "again" / "image"
    write_folder(image, morning())
    write_folder(again, morning(settings=dict(reversed(SETTINGS.items()))))
    for path in image.iterdir():
        assert path.read_bytes() == (again / path.name).read_bytes()


def test_a_table_added_later_is_a_file_only_when_it_has_rows(image: Path, tmp_path: Path) -> None:
    assert not (image / "bills.npy").exists()
    assert read_folder(image, Morning)[0].bills.dtype == table_layout(StorageBill)
    bills = np.array([(30_00, 4, 1)], table_layout(StorageBill))
    write_folder(tmp_path / "bills", morning(bills=bills))
    assert np.array_equal(read_folder(tmp_path / "bills", Morning)[0].bills, bills)
    assert digest_of(morning(bills=bills)) != digest_of(morning())
    write_folder(tmp_path / "bills", morning())  # over it: the file of a table without rows goes
    assert not (tmp_path / "bills" / "bills.npy").exists()


def test_one_declaration_more_is_a_table_more_of_the_day_image(tmp_path: Path) -> None:
    """The whole of what a new table of the image asks for: its record and one line."""
    declared = get_type_hints(DayImage, include_extras=True)
    declared["bills"] = Annotated[np.ndarray, StorageBill]
    defaults = [*DayImage._field_defaults.values(), blank_rows(StorageBill)]
    longer = namedtuple("longer", declared, defaults=defaults)  # noqa: PYI024  made from another
    longer.__annotations__ = declared
    image = small_image(1, 4, 2)
    without = longer(*image)
    assert digest_of(without) == image_digest(image), "images of before stay as they are"
    write_folder(tmp_path / "image", without)
    assert image_digest(read_image(tmp_path / "image")) == image_digest(image)
    bills = np.array([(30_00, 0, 0), (12_50, 3, 0)], table_layout(StorageBill))
    write_folder(tmp_path / "image", without._replace(bills=bills))
    found, _ = read_folder(tmp_path / "image", longer)
    assert np.array_equal(found.bills, bills)
    assert digest_of(found) == digest_of(without._replace(bills=bills)) != digest_of(without)
    with pytest.raises(CheckFault, match="do not know the same tables: bills"):
        read_image(tmp_path / "image")


def test_rows_out_of_order_or_twice_are_refused(tmp_path: Path) -> None:
    for keys, row in (((21, 1), (20, 2)), 1), (((20, 1), (20, 2), (20, 2)), 2):
        with pytest.raises(InputFault, match=rf"row {row} of the table lots \(day 20, trade 2\)"):
            write_folder(tmp_path / "image", morning(lots=lots(*keys)))
    assert not (tmp_path / "image").exists()
    with pytest.raises(InputFault, match="the table members has other fields than Member"):
        write_folder(tmp_path / "image", morning(members=blank_rows(WiderMember)))


def test_rows_out_of_order_are_found_where_they_are_read(tmp_path: Path) -> None:
    class Unordered(NamedTuple):
        settings: dict[str, object]
        members: Annotated[np.ndarray, Member]
        lots: Annotated[np.ndarray, UnorderedLot]

    given = morning(lots=lots((21, 1), (20, 2)))
    write_folder(tmp_path / "image", Unordered(given.settings, given.members, given.lots))
    with pytest.raises(CheckFault, match=r"row 1 of the table lots .* restore it"):
        read_folder(tmp_path / "image", Morning)


class UnorderedLot(Record, frozen=True):
    day: Int32
    trade: Int64
    lots: Int32


def test_tables_of_other_code_are_refused(image: Path) -> None:
    with pytest.raises(CheckFault, match="do not know the same tables: lots"):
        read_folder(image, OlderMorning)
    with pytest.raises(CheckFault, match=r"table members .* has other fields"):
        read_folder(image, WiderMorning)


def test_damage_is_named(image: Path) -> None:
    path = image / "members.npy"
    good = path.read_bytes()
    path.write_bytes(good[:-1] + b"\x7f")
    with pytest.raises(CheckFault, match=r"members\.npy is not the table that was written"):
        read_folder(image, Morning)
    path.unlink()
    with pytest.raises(CheckFault, match=r"members\.npy is missing"):
        read_folder(image, Morning)
    path.write_bytes(good)
    text = (image / "image.json").read_text("utf-8")
    damages = ('"tables"', '"tebles"'), ('"settings"', '"sittings"'), ('"trading_day"', "1")
    for damaged in ("", "[]", "{}", *(text.replace(*pair) for pair in damages)):
        (image / "image.json").write_text(damaged, "utf-8")
        with pytest.raises(CheckFault, match="is damaged"):
            read_folder(image, Morning)
    newer = text.replace('"format_version": 1', '"format_version": 2')
    (image / "image.json").write_text(newer, "utf-8")
    with pytest.raises(CheckFault, match="format version 2"):
        read_folder(image, Morning)
    (image / "image.json").unlink()
    with pytest.raises(InputFault, match="no finished folder"):
        read_folder(image, Morning)
