"""``huiguan office backup`` and ``restore``: the whole folder of a hall, while it runs, and back.

The database of the office is copied first, a journal's witness before its frames: so the days of a
copy know all that its database and its witnesses tell, and maybe a little more.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from huiguan.cli.hall.office import office
from huiguan.cli.hall.steer import HALL, Data
from huiguan.cli.language import tell
from huiguan.cli.progress import Progress
from huiguan.foundation.faults import CheckFault, InputFault

TRIES, PAUSE_SECONDS = 40, 0.5  # while a day is being closed
OF_THE_RUN = (".sock", "doors.json", "http_door.json", "office.json")  # of processes, not kept
WITNESS = "journal/witness"


def kept_names(folder: Path) -> list[str]:
    """Return the files of a folder that belong to it, a witness before what it saw."""
    from huiguan.storage.change import files_of, is_content

    names = [name for name in files_of(folder) if is_content(name) and Path(name).name != "LOCK"]
    return sorted(
        (name for name in names if not name.endswith(OF_THE_RUN)),
        key=lambda name: (not name.endswith(WITNESS), name),
    )


def day_names(folder: Path) -> list[str]:
    """Return the files of a day; the result of one that is being closed is not part of it yet."""
    from huiguan.storage.manifest import parse_manifest
    from huiguan.storage.market.day_folder import MANIFEST

    names, path = kept_names(folder), folder / MANIFEST
    if path.exists():
        listed = parse_manifest(path.read_bytes(), str(path))
        if not any(name.startswith("result/") for name in listed):
            return [name for name in names if not name.startswith("result/")]
    return names


def copy_day(source: Path, into: Path) -> dict[str, str]:
    """Copy the folder of a day; one that changes meanwhile is copied once more."""
    from shutil import rmtree

    from huiguan.storage.change import CHANGE
    from huiguan.storage.copies import copy_files
    from huiguan.storage.market.day_folder import MANIFEST, verify_manifest

    for _ in range(TRIES):
        if not (source / CHANGE).exists():
            hashes = copy_files(source, into, day_names(source))
            try:
                if (into / MANIFEST).exists():
                    verify_manifest(into)
            except (CheckFault, InputFault):
                pass
            else:
                if not (source / CHANGE).exists():
                    return hashes
            rmtree(into)
        time.sleep(PAUSE_SECONDS)
    raise InputFault(f"{source} changes all the time, or is damaged: huiguan day verify {source}")


@office.command()
def backup(
    into: Annotated[Path, typer.Argument(metavar="FOLDER", help="A new folder for the copy.")],
    keys: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="For the keys of persons; else the name and .keys."),
    ] = None,
    data: Data = HALL,
) -> None:
    """Copy a whole hall, up or down: days, people, settings; with a list that proves it.

    The keys of persons go to a folder of their own: whoever has one of the two reads nobody.
    """
    from huiguan.floor.hall.serve import DAYS
    from huiguan.floor.hall.settings import read_settings
    from huiguan.office.config import copies, database
    from huiguan.office.config.place import DATA, PERSONS, person_keys
    from huiguan.office.persons.vault import Vault
    from huiguan.storage.copies import complete, copy_files, refuse_used
    from huiguan.storage.manifest import sha256_of

    read_settings(data)  # says where no hall is
    refuse_used(into)
    hashes: dict[str, str] = {}
    with Progress("backup") as progress:
        into.mkdir(parents=True, exist_ok=True)
        into.chmod(0o700)  # keys and people are in it
        if database.has_database(data):
            progress.step("the office")
            name = f"{DATA}/{copies.copy_database(data / DATA, into / DATA, database.url())}"
            hashes[name] = sha256_of(into / name)
        days = sorted(path for path in (data / DAYS).glob("*") if path.is_dir())
        for number, day in enumerate(days, start=1):
            progress(number, len(days))
            inner = copy_day(day, into / DAYS / day.name)
            hashes |= {f"{DAYS}/{day.name}/{name}": sha256 for name, sha256 in inner.items()}
        rest = (
            name
            for name in kept_names(data)
            if not name.startswith((f"{DAYS}/", f"{DATA}/office.sqlite3", f"{DATA}/{PERSONS}/"))
        )
        hashes |= copy_files(data, into, rest)
    complete(into, hashes)
    tell(f"backup: {len(hashes):,} files of {len(days)} days are in {into}")
    if (own := Vault(person_keys(data / DATA))).is_there:
        apart = keys or into.with_name(f"{into.name}.keys")
        tell(f"backup: {own.copy_to(apart):,} keys of persons are in {apart}; keep it elsewhere")


@office.command()
def restore(
    source: Annotated[Path, typer.Argument(metavar="FOLDER", help="What a backup made.")],
    verify: Annotated[
        bool, typer.Option("--verify", help="Run every closed day again and compare all of it.")
    ] = False,
    to: Annotated[
        int | None,
        typer.Option(min=1, metavar="SEQUENCE", help="End the running day's journal there."),
    ] = None,
    keys: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="The keys of persons; else the name and .keys."),
    ] = None,
    data: Data = HALL,
) -> None:
    """Make a hall of a backup, in a new folder; what is not as it was copied is refused."""
    from huiguan.floor.hall.serve import days_of
    from huiguan.office.config import copies, database
    from huiguan.office.config.place import DATA, person_keys
    from huiguan.office.persons.vault import Vault
    from huiguan.storage.copies import COPY_NAME, copy_files, prove, refuse_used

    refuse_used(data)
    apart = keys or source.with_name(f"{source.name}.keys")
    if keys and not keys.is_dir():
        raise InputFault(
            f"there is no folder {keys}; name the one that the backup made of the keys"
        )
    with Progress("restore") as progress:
        progress.step("proving the copy")
        listed = prove(source)
        progress.step("copying")
        if copy_files(source, data, listed) != listed:
            raise CheckFault(f"{source} changed while it was copied; begin again in a new folder")
        assert COPY_NAME not in listed, "the list is not part of the hall"
    data.chmod(0o700)  # keys and people are in it
    if apart.is_dir():
        Vault(apart).copy_to(person_keys(data / DATA))
    else:
        tell(f"restore: no keys of persons in {apart}; until they are put back nobody signs in")
    copies.restore_database(data / DATA, database.url())
    days = days_of(data)
    for day in days:
        prove_day(day, to if day == days[-1] else None, data if verify else None)
    if database.has_database(data):
        database.open_database(data)
        from huiguan.office.days.recording import check_days
        from huiguan.office.people.record import check

        tell(f"office: {check_days()} recorded days, each as its folder has it")
        lines, last = check()
        tell(f"office: {lines} lines of the record, each follows from the one before it")
        tell(f"office: the last hash, to be kept elsewhere: {last}")
    tell(f"restore: {len(listed):,} files of {len(days)} days; next: huiguan up --data {data}")


def prove_day(folder: Path, to: int | None, hall: Path | None) -> None:
    """Prove a restored day, and end its journal where that is asked.

    With a ``hall`` a closed day is run again, with the books it was cleared under.
    """
    from huiguan.storage.journal.cut import cut_journal
    from huiguan.storage.journal.recovery import read
    from huiguan.storage.market.day_folder import MANIFEST, verify_manifest

    journal = folder / "journal"
    if to is not None:
        if (folder / MANIFEST).exists():
            raise InputFault(f"{folder.name} is over, so its journal ends where it ends")
        end = cut_journal(journal, to)
        for path in (folder / "snapshots").glob("*.snapshot"):
            if int(path.stem) > end:
                path.unlink()
        tell(f"day {folder.name}: ends at sequence {end:,} now")
    elif (folder / MANIFEST).exists():
        verify_manifest(folder)
        if hall:
            from huiguan.cli.market.day import verify as prove_all
            from huiguan.days.cleared import is_closed
            from huiguan.floor.hall.settings import read_settings
            from huiguan.storage.market.day_result import read_result_settings
            from huiguan.storage.market.rulebooks.circulars import folders_of

            own = [Path(path) for path in read_settings(hall).rulebook]
            closed = is_closed(folder)
            digest = read_result_settings(folder / "result").rulebook_digest if closed else ""
            prove_all(folder, rulebook=folders_of(hall, own, digest))
    elif journal.exists():
        reached = 0
        for frame in read(journal):
            reached = frame.last_sequence
        tell(f"day {folder.name}: stands at sequence {reached:,}")
