"""``huiguan keys``: who may connect to a hall."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from huiguan.cli import app
from huiguan.cli.hall.steer import HALL, Data, ask
from huiguan.cli.language import spoken, tell
from huiguan.cli.progress import say
from huiguan.foundation.faults import InputFault

keys = typer.Typer(no_args_is_help=True, help="Who may connect to a hall.")
app.add_typer(keys, name="keys")

Name = Annotated[str, typer.Argument(metavar="NAME", help="What you call the key.")]


def tell_hall(data: Data) -> None:
    """Let a hall that is up read its keys anew."""
    try:
        ask(data, "keys")
    except InputFault:
        say("keys: no hall is up here; the next `huiguan up` knows them")


@keys.command()
def add(
    name: Name,
    member: Annotated[str, typer.Option(help="The member it trades at, like 0001.")],
    code: Annotated[
        list[str] | None, typer.Option(help="A trading code it is for; all of the member's else.")
    ] = None,
    rate: Annotated[int, typer.Option(min=1, help="Commands a second.")] = 2_000,
    until: Annotated[str, typer.Option(metavar="DATE", help="The last day it is good.")] = "",
    address: Annotated[list[str] | None, typer.Option(help="Only from this address.")] = None,
    read_only: Annotated[bool, typer.Option("--read-only", help="Queries, no orders.")] = False,
    data: Data = HALL,
) -> None:
    """Make a key and show it once; only its hash is kept."""
    from huiguan.floor.hall.keys import KeyRight, changing
    from huiguan.floor.hall.serve import current_day
    from huiguan.foundation.calendars import parse_day
    from huiguan.storage.market.day_image import read_image

    names = read_image(current_day(data) / "image").names
    if member not in names.members:
        raise InputFault(f"{member!r} is no member of today; there are {', '.join(names.members)}")
    for one in code or ():
        if one not in names.trading_codes:
            raise InputFault(f"{one!r} is no trading code of today")
    if until:
        parse_day(until)
    rights = (KeyRight.READ,) if read_only else (KeyRight.TRADE, KeyRight.READ)
    with changing(data, "keys add") as found:
        token = found.make(
            name,
            member,
            codes=code or [],
            rate=rate,
            until=until,
            addresses=address or [],
            rights=rights,
        )
    tell_hall(data)
    typer.echo(token)


@keys.command()
def withdraw(name: Name, data: Data = HALL) -> None:
    """End a key; who is connected with it is cut."""
    from huiguan.floor.hall.keys import changing
    from huiguan.floor.hall.serve import current_day

    current_day(data)  # says where no hall is
    with changing(data, "keys withdraw") as found:
        found.withdraw(name)
    tell_hall(data)
    tell(f"withdrawn: {name}")


@keys.command("list")
def list_command(
    data: Data = HALL, as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False
) -> None:
    """List the keys of a hall, without their secrets."""
    from huiguan.floor.hall.keys import Keys

    found = [key for key in Keys.read(data) if not key.name.startswith("crowd ")]
    if as_json:
        shown = ("name", "session", "member", "codes", "rate", "until", "withdrawn")
        typer.echo(json.dumps([{n: getattr(key, n) for n in shown} for key in found], indent=1))
        return
    for key in found:
        codes = ", ".join(key.codes) or spoken("every code")
        ended = "  withdrawn" if key.withdrawn else f"  until {key.until}" if key.until else ""
        who = spoken(f"session {key.session:<4} member {key.member}")
        typer.echo(f"{key.name:<16} {who}  {codes}{spoken(ended)}")
