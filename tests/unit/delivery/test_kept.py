"""A folder kept in memory is what a fresh reading of it is, whatever was written in between."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from huiguan.exchange.delivery.rows import DeliveryBooks
from huiguan.exchange.delivery.warrants import Act, Cause, State, Step
from huiguan.foundation.faults import InputFault
from huiguan.storage.lock import hold
from huiguan.storage.market.rulebooks.delivery import load_delivery_books
from huiguan.storage.warehouse.example import example_rows
from huiguan.storage.warehouse.folder import add_steps, read_warehouse, write_template
from huiguan.storage.warehouse.kept import Busy, Kept, KeptFolder
from tests.dying_files import FilesThatDie, Killed

HEADS = "day,step,warrant,by,to,quantity,cause"
FREEZE = Step(act=Act.FREEZE, warrant="NI0001", day=20260811, cause=Cause.ORDER)


@pytest.fixture(scope="module")
def books() -> DeliveryBooks:
    return load_delivery_books()


@pytest.fixture
def house(tmp_path: Path) -> Path:
    write_template(tmp_path / "w", example_rows())
    return tmp_path / "w"


@pytest.fixture
def folder(house: Path, books: DeliveryBooks) -> KeptFolder:
    return KeptFolder(house, lambda: books)


def now(folder: KeptFolder) -> Kept:
    found = folder.now()
    assert found is not None
    return found


def is_as_read(folder: KeptFolder, books: DeliveryBooks) -> bool:
    """Return whether what is kept is what the tables say."""
    kept, read = now(folder), read_warehouse(folder.folder, books)
    lives = [step for name in kept.lives for step in kept.lives[name]]
    both = (
        sorted(lives, key=lambda s: (s.day, s.act, s.warrant)),
        sorted(read.steps, key=lambda s: (s.day, s.act, s.warrant)),
    )
    return (kept.register, kept.steps, kept.brands) == (
        read.register,
        read.steps,
        read.brands,
    ) and (both[0] == both[1])


def take(house: Path, books: DeliveryBooks, line: str) -> None:
    path = house.parent / "new.csv"
    path.write_text(f"{HEADS}\n{line}\n")
    add_steps(house, books, path, dry_run=False)


def refuse(*_: object) -> None:
    raise AssertionError("the whole folder was read")


def test_only_what_was_added_is_read(
    folder: KeptFolder, books: DeliveryBooks, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = now(folder)
    assert now(folder) is first
    with monkeypatch.context() as patched:
        patched.setattr(KeptFolder, "_read_whole", refuse)
        take(folder.folder, books, "2026-08-11,redeem,NI0007,,,,none")
        take(folder.folder, books, "2026-08-12,transfer,NI0007,00020001,00030001,,none")
        kept = now(folder)
    assert (kept.register.warrants["NI0007"].holder, len(kept.lives["NI0007"])) == ("00030001", 8)
    assert first.register.warrants["NI0007"].state == State.PLEDGED  # a moment never changes
    assert len(first.register.titles["NI0007"]) == 1
    assert is_as_read(folder, books)


def test_another_table_or_another_past_is_read_whole(
    folder: KeptFolder, books: DeliveryBooks
) -> None:
    assert "00990001" not in now(folder).register.holders
    with (folder.folder / "holders.csv").open("a") as table:
        table.write("00990001,0099,no,yes,yes\n")
    assert "00990001" in now(folder).register.holders
    steps = folder.folder / "steps.csv"
    steps.write_text(steps.read_text().replace("NI0001", "NI0101"))  # restored from elsewhere
    assert "NI0101" in now(folder).register.warrants
    assert is_as_read(folder, books)


@pytest.mark.parametrize("seed", range(8))
def test_whatever_is_written_it_is_as_read(
    folder: KeptFolder, books: DeliveryBooks, seed: int
) -> None:
    chance, day = np.random.default_rng(seed), 10
    for _ in range(12):
        day += int(chance.integers(0, 2))
        act = str(chance.choice(["freeze", "release", "transfer", "withdraw", "pledge"]))
        name = f"NI000{chance.integers(1, 8)}"
        holder = now(folder).register.warrants[name].holder
        cells = f"2026-08-{day},{act},{name},{holder},00040001,6,order"
        try:
            take(folder.folder, books, cells)
        except InputFault:
            continue
        assert is_as_read(folder, books)


def test_steps_are_written_behind_what_stands(folder: KeptFolder, books: DeliveryBooks) -> None:
    before = (folder.folder / "steps.csv").read_bytes()
    with folder.held("test") as writing:
        assert not writing.has([FREEZE], len(writing.kept.steps))
        count = len(writing.kept.steps)
        writing.append([FREEZE])
    assert (folder.folder / "steps.csv").read_bytes().startswith(before)
    assert is_as_read(folder, books)
    with folder.held("test") as writing:
        assert writing.has([FREEZE], count)


@pytest.mark.parametrize("form", ["gbk", "other columns", "quoted", "no end of line"])
def test_a_table_of_another_form_is_written_anew(
    folder: KeptFolder, books: DeliveryBooks, form: str
) -> None:
    path = folder.folder / "steps.csv"
    text = path.read_text()
    if form == "gbk":
        path.write_bytes(text.replace("RED", "红").encode("gbk"))
        brands = folder.folder / "brands.csv"
        brands.write_text(brands.read_text().replace("RED", "红"))
    elif form == "other columns":
        rows = [line.split(",") for line in text.splitlines()]
        path.write_text("".join(",".join([*row[1:], row[0]]) + "\n" for row in rows))
    elif form == "quoted":
        path.write_text(text.replace("day,", '"day",'))
    else:
        path.write_text(text.rstrip("\n"))
    with folder.held("test") as writing:
        writing.append([FREEZE])
    assert now(folder).register.warrants["NI0001"].state == State.FROZEN
    assert is_as_read(folder, books)


def test_what_one_step_refuses_writes_none(folder: KeptFolder) -> None:
    before = (folder.folder / "steps.csv").read_bytes()
    again = Step(act=Act.FREEZE, warrant="NI0001", day=20260811, cause=Cause.ORDER)
    with folder.held("test") as writing, pytest.raises(InputFault, match="refused: 6002"):
        writing.append([FREEZE, again])
    assert (folder.folder / "steps.csv").read_bytes() == before
    assert now(folder).register.warrants["NI0001"].state == State.ISSUED


def test_one_writes_at_a_time(folder: KeptFolder) -> None:
    with hold(folder.folder, "test"), pytest.raises(Busy), folder.held("other"):
        pass
    now(folder)


@pytest.mark.parametrize("at", range(6))
def test_killed_while_writing_all_stand_or_none(
    folder: KeptFolder, books: DeliveryBooks, at: int
) -> None:
    count = len(now(folder).steps)
    try:
        with folder.held("test") as writing:
            writing.append([FREEZE], FilesThatDie(at))
    except Killed:
        pass
    fresh = KeptFolder(folder.folder, lambda: books)
    found = now(fresh)
    stands = found.register.warrants["NI0001"].state == State.FROZEN
    assert len(found.steps) == count + stands
    with fresh.held("test") as writing:
        assert writing.has([FREEZE], count) == stands


def test_a_folder_that_is_gone_says_what_to_do(folder: KeptFolder) -> None:
    shutil.rmtree(folder.folder)
    with pytest.raises(InputFault, match="begin one with"):
        folder.now()
