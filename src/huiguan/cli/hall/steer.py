"""``huiguan status``, ``clock``, ``down``: asking a hall that is up."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from huiguan.cli import app
from huiguan.cli.language import tell
from huiguan.foundation.faults import InputFault

Data = Annotated[Path, typer.Option("--data", metavar="DIR", help="The folder of the hall.")]
HALL = Path("hall")
ANSWER_SECONDS = 60.0

clock = typer.Typer(no_args_is_help=True, help="The clock of a hall that is up.")
app.add_typer(clock, name="clock")


def ask(folder: Path, do: str, **given: Any) -> Any:  # noqa: ANN401  as the operator's door answers
    """Ask the operator's door of a hall and return its answer."""
    from huiguan.floor.hall.operator import SOCKET_NAME
    from huiguan.web.operator import NotReady
    from huiguan.web.operator import ask as ask_at

    try:
        return ask_at(folder / SOCKET_NAME, do, "", ANSWER_SECONDS, **given)
    except NotReady as away:
        if not away.args:
            raise InputFault("the hall went down before it answered") from None
        raise InputFault(
            f"no hall is up in {folder} ({away}); start it with `huiguan up`, "
            "or name its folder with --data"
        ) from None


def show_status(found: dict[str, Any]) -> None:
    """Print how a hall stands."""
    from huiguan.foundation.calendars import show_day

    phases: dict[str, list[str]] = {}
    for group, phase in found["phases"].items():
        phases.setdefault(phase.lower().replace("_", " "), []).append(group)
    speed = found["speed"]
    pace = {"wall": "real time", "max": "as fast as the crowd", 0.0: "paused"}.get(speed)
    tell(f"trading day   {show_day(found['trading_day'])}, {found['doing']}")
    tell(f"clock         {found['clock']}, {pace or f'{speed:g} times real'}")
    for phase, groups in sorted(phases.items()):
        tell(f"phase         {phase}: {len(groups)} groups of products")
    tell(f"sequence      {found['sequence']:,}; trades {found['trades']:,}")
    tell(f"live orders   {found['live_orders']:,}")
    people = [name for name in found["names"] if not name.startswith("crowd")]
    crowd = len(found["names"]) - len(people)
    tell(f"connected     {', '.join(people) or 'nobody'}; {crowd} lines of the crowd")
    tell(
        f"behind        {found['waiting']:,} commands wait; a restart runs "
        f"{found['snapshot_behind']:,} commands again"
    )


@app.command()
def status(
    data: Data = HALL, as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False
) -> None:
    """Say what runs, which day and phase, who is connected, how far behind anything is."""
    found = ask(data, "status")
    if as_json:
        typer.echo(json.dumps(found, indent=1))
    else:
        show_status(found)
        show_places(data)


def show_places(folder: Path) -> None:
    """Print where pages and doors of a hall are, of those that are open."""
    from huiguan.floor.doors.json.serve import HTTP_DOOR_NAME
    from huiguan.office.config.place import OFFICE_NAME

    if (folder / OFFICE_NAME).exists():
        tell(f"pages         {json.loads((folder / OFFICE_NAME).read_bytes())['url']}")
    if (folder / HTTP_DOOR_NAME).exists():
        tell(f"programs      {json.loads((folder / HTTP_DOOR_NAME).read_bytes())['url']}")


@app.command()
def down(data: Data = HALL) -> None:
    """Take a hall down in order; `huiguan up` goes on where it stood."""
    tell(ask(data, "stop"))


@clock.command()
def show(data: Data = HALL) -> None:
    """Say what time it is in the hall."""
    show_status(ask(data, "status"))


@clock.command()
def pause(data: Data = HALL) -> None:
    """Stop time."""
    show_status(ask(data, "clock", pause=True))


@clock.command()
def speed(
    times: Annotated[str, typer.Argument(metavar="TIMES", help="Times real: 1, 60, 0.5, max.")],
    data: Data = HALL,
) -> None:
    """Let time go on at a speed."""
    show_status(ask(data, "clock", speed=times))


@clock.command("to")
def to_command(
    moment: Annotated[str, typer.Argument(metavar="MOMENT", help="Like 2026-08-21T10:14.")],
    data: Data = HALL,
) -> None:
    """Move time forward to a moment of the exchange; what is due on the way happens in order."""
    show_status(ask(data, "clock", to=moment))


@clock.command()
def step(data: Data = HALL) -> None:
    """Move time to the next change of phase."""
    show_status(ask(data, "step"))


@clock.command()
def turn(data: Data = HALL) -> None:
    """Open the next day, where days are turned by hand."""
    tell(ask(data, "turn"))
