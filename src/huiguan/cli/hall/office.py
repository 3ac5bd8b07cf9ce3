"""``huiguan office``: the people of a hall's office and their record, from a terminal."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from huiguan.cli import app
from huiguan.cli.hall.floor import HallDir, Leash, on_leash, outlive_clients
from huiguan.cli.hall.steer import HALL, Data
from huiguan.cli.language import language, spoken_head, tell
from huiguan.cli.progress import say
from huiguan.cli.tables import show_table
from huiguan.foundation.faults import InputFault

office = typer.Typer(no_args_is_help=True, help="The office of a hall: people and their record.")
user = typer.Typer(no_args_is_help=True, help="Who may sign in; each change asks for two persons.")
app.add_typer(office, name="office")
office.add_typer(user, name="user")

FROM_HERE = "terminal"
Name = Annotated[str, typer.Argument(metavar="NAME", help="The name of the user.")]
Number = Annotated[int, typer.Argument(metavar="NUMBER", help="The number of the proposal.")]
Who = Annotated[
    str,
    typer.Option("--as", metavar="NAME", help="Who does it; their password is asked for."),
]
Why = Annotated[str, typer.Option(help="The reason; the other person and the auditor read it.")]


@office.command(hidden=True)
def serve(folder: HallDir, leash: Leash = False) -> None:
    """Run the pages of a hall, beside its market."""
    from huiguan.floor.doors.json.serve import HTTP_DOOR_NAME
    from huiguan.floor.hall.operator import SOCKET_NAME
    from huiguan.floor.hall.publisher import FEED_NAME
    from huiguan.floor.hall.serve import DAYS
    from huiguan.floor.hall.settings import is_loopback, read_settings, server_tls
    from huiguan.office.config import serve as pages
    from huiguan.office.config.place import OfficeSettings
    from huiguan.office.feed.follower import HallPlaces

    found = read_settings(folder)
    server_tls(found)  # says what is wrong with the files before the server does
    settings = OfficeSettings(
        folder=folder,
        places=HallPlaces(
            days=folder / DAYS,
            feed=folder / FEED_NAME,
            operator=folder / SOCKET_NAME,
            http_door=folder / HTTP_DOOR_NAME,
            certificate=found.tls_cert,
        ),
        host=found.host,
        port=found.office_port,
        is_loopback=is_loopback(found.host),
        tls_cert=found.tls_cert,
        tls_key=found.tls_key,
        rulebook=found.rulebook,
        second_factor=found.second_factor,
    )
    on_leash(leash)
    outlive_clients()
    raise typer.Exit(pages.serve(settings, say, language()))


def open_office(folder: Path) -> None:
    """Open the database of a hall's office; its tables have to be those of this version."""
    from huiguan.office.config.database import has_database, open_database, steps_to_take

    if not has_database(folder):
        raise InputFault(
            f"no office is in {folder}; its first `huiguan up` or `huiguan office migrate` makes it"
        )
    open_database(folder)
    if steps_to_take():
        raise InputFault("the tables of the office are of another version: huiguan office migrate")


def know_market(folder: Path) -> None:
    """Let services ask the market of a hall: its newest morning, its doors, its books."""
    from huiguan.floor.doors.json.serve import HTTP_DOOR_NAME
    from huiguan.floor.hall.operator import SOCKET_NAME
    from huiguan.floor.hall.publisher import FEED_NAME
    from huiguan.floor.hall.serve import DAYS
    from huiguan.floor.hall.settings import read_settings
    from huiguan.office.config.database import newest_image
    from huiguan.office.display.here import Shown, show
    from huiguan.office.feed.follower import Follower, HallPlaces
    from huiguan.office.feed.public_day import PublicDay

    try:
        found = read_settings(folder)
        certificate, rulebook = found.tls_cert, found.rulebook
    except InputFault:  # an office without a market
        certificate, rulebook = "", []
    follower = Follower(
        HallPlaces(
            days=folder / DAYS,
            feed=folder / FEED_NAME,
            operator=folder / SOCKET_NAME,
            http_door=folder / HTTP_DOOR_NAME,
            certificate=certificate,
        )
    )
    if (image := newest_image(folder)) is not None:
        follower.day = PublicDay(image)
    show(Shown(follower, rulebook))


def signed_in(name: str) -> Any:  # noqa: ANN401  Django says no types
    """Return the user of a name, who gives their password: hidden, or as a line of the input."""
    import getpass
    import sys

    from huiguan.office.people.sign_in import proved

    asked = getpass.getpass(f"{name}: ") if sys.stdin.isatty() else sys.stdin.readline()
    return proved(name=name, password=asked.rstrip("\r\n"), address=FROM_HERE)


@office.command()
def migrate(data: Data = HALL) -> None:
    """Bring the tables of the office up to date; a start of the hall does so too."""
    from huiguan.floor.hall.settings import read_settings
    from huiguan.office.config import database

    read_settings(data)  # says where no hall is
    database.open_database(data)
    taken = database.migrate(data)
    tell(f"office: {len(taken)} steps taken" if taken else "office: the tables are up to date")


@office.command()
def check(data: Data = HALL) -> None:
    """Prove the record, people and keys as it tells, days as their folders, the ledger."""
    open_office(data)
    from huiguan.office.days.recording import check_days
    from huiguan.office.ledger.proof import check as prove_ledger
    from huiguan.office.members.proof import check as prove_members
    from huiguan.office.people.record import check as prove
    from huiguan.office.people.users import prove_names
    from huiguan.office.register.proof import check as prove_register

    lines, last = prove()
    tell(f"office: {lines} lines of the record, each follows from the one before it")
    tell(f"office: {check_days()} recorded days, each as its folder has it")
    tell(f"office: the last hash, to be kept elsewhere: {last}")
    found = prove_ledger()
    tell(
        f"office: {found.books} books that each sum to zero, {found.transfers:,} transfers, "
        f"{found.crossings:,} crossings to the floor"
    )
    persons, erased = prove_names()
    tell(f"office: {persons:,} persons whose seals open, {erased:,} of them erased")
    bindings, keys = prove_members()
    tell(f"office: {bindings} bindings and {keys} keys, each as the record tells")
    tell(f"office: {prove_register()} rows of the register, each as the record tells")


def state_of(one: Any) -> str:  # noqa: ANN401  Django says no types
    """Return what keeps a user from signing in, or nothing."""
    return "erased" if one.is_erased else "locked" if one.is_locked else ""


@user.command("list")
def list_users(data: Data = HALL) -> None:
    """List users, their roles, and who is locked."""
    open_office(data)
    from huiguan.office.people.selectors import users

    rows = [
        (one.name or f"user {one.pk}", ", ".join(one.roles), one.language, state_of(one))
        for one in users()
    ]
    show_table("", ("name", "roles", "language", "state"), rows)


@user.command()
def make(
    name: Name,
    who: Who,
    role: Annotated[list[str], typer.Option(help="A role, like trader; several may be given.")],
    why: Why,
    lang: Annotated[str, typer.Option("--language", help="Of the pages: en or zh.")] = "en",
    data: Data = HALL,
) -> None:
    """Propose a user; another person approves."""
    propose(data, who, "make user", "", {"name": name, "roles": role, "language": lang}, why)


@user.command()
def lock(name: Name, who: Who, why: Why, data: Data = HALL) -> None:
    """Propose to lock a user; another person approves."""
    propose(data, who, "lock user", name, {}, why)


@user.command()
def erase(name: Name, who: Who, why: Why, data: Data = HALL) -> None:
    """Propose to erase a person; another person approves, and the key is destroyed for ever."""
    propose(data, who, "erase person", name, {}, why)


@user.command()
def export(
    name: Name,
    who: Who,
    out: Annotated[Path, typer.Option(metavar="FILE", help="A new file, like wang.zip.")],
    data: Data = HALL,
) -> None:
    """Write all that is kept of a person to a file: as text and as JSON; that is recorded."""
    open_office(data)
    from huiguan.office.people import proposals, selectors

    reader = signed_in(who)
    found = selectors.user_by_name(name)
    if found is None:
        raise InputFault(f"there is no user {name!r}; huiguan office user list")
    if out.exists():
        raise InputFault(f"{out} is there already; name a new file")
    content = proposals.export(user=reader, of=found, words=spoken_head)
    out.touch(0o600)
    out.write_bytes(content)
    tell(f"{out}: all that is kept of this person")


def propose(
    data: Path, who: str, action: str, subject: str, after: dict[str, Any], why: str
) -> None:
    """Make a proposal and say its number."""
    open_office(data)
    from huiguan.office.people import proposals, selectors
    from huiguan.office.people.roles import Action

    maker = signed_in(who)
    found = selectors.user_by_name(subject) if subject else None
    if subject and found is None:
        raise InputFault(f"there is no user {subject!r}; huiguan office user list")
    made = proposals.propose(
        maker=maker, action=Action(action), subject=found, after=after, why=why
    )
    tell(f"proposal {made.pk} waits for another person: huiguan office approve {made.pk}")


@office.command()
def approve(number: Number, who: Who, data: Data = HALL) -> None:
    """Approve a proposal of another person; it is done at once, and once."""
    open_office(data)
    know_market(data)
    from huiguan.office.people import proposals

    done = proposals.approve(checker=signed_in(who), number=number)
    tell(f"proposal {number} is approved and done")
    if done.password:
        say(f"office: a password for {done.whose}, shown once:")
        typer.echo(done.password)


@office.command()
def decline(number: Number, who: Who, why: Why, data: Data = HALL) -> None:
    """Decline a proposal of another person; it is never done."""
    open_office(data)
    from huiguan.office.people import proposals

    proposals.decline(checker=signed_in(who), number=number, why=why)
    tell(f"proposal {number} is declined")
