"""``huiguan journal``: prove a journal frame by frame, and print what it holds."""

from __future__ import annotations

import enum
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from huiguan.cli import app
from huiguan.cli.market.day_folders import check_day
from huiguan.cli.progress import Progress
from huiguan.foundation.faults import InputFault

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np

    from huiguan.storage.journal.recovery import Frame, Scan

journal = typer.Typer(no_args_is_help=True, help="The journal of a trading day.")
app.add_typer(journal, name="journal")

HEADER_BYTES = 16  # of a command: kind, version, session, client_sequence

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="A day folder, or its journal folder.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object per line.")]


@journal.command()
def check(folder: Folder, as_json: AsJson = False) -> None:
    """Check every frame against its checksum, the chain and the witness.

    Exit code 0: good, or a torn tail above the witness, which is said. 1: names the segment and the
    offset of the first fault. 2: not a journal.
    """
    from huiguan.storage.journal.recovery import scan_folder

    scan = scan_folder(_journal_folder(folder))
    first_ns = last_ns = None
    for frame in _with_progress(scan):
        last_ns = frame.header.time_ns
        first_ns = last_ns if first_ns is None else first_ns
    end = scan.end
    facts = {
        "trading_day": end.first_header.trading_day,
        "image_digest": end.first_header.image_digest.hex(),
        "segments": scan.segments,
        "frames": end.last_frame,
        "commands": end.last_sequence,
        "term": end.term,
        "first_time": _time(first_ns),
        "last_time": _time(last_ns),
        "chain_hash": end.chain_hash.hex(),
        "witness_sequence": end.witness.sequence,
        "torn_tail": _torn_tail(scan),
    }
    if as_json:
        typer.echo(json.dumps(facts))
        return
    for name, fact in facts.items():
        typer.echo(f"{name.replace('_', ' '):18}{fact if fact is not None else 'none'}")
    tail = "" if facts["torn_tail"] is None else "; the torn tail holds nothing acknowledged"
    typer.echo(f"good: every frame, the chain and the witness agree{tail}")


@journal.command()
def show(
    folder: Folder,
    first: Annotated[int, typer.Option("--from", min=1, help="The first sequence to show.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Print frames and their commands; each frame is checked before it is shown."""
    from huiguan.storage.journal.recovery import scan_folder

    scan = scan_folder(_journal_folder(folder))
    for frame in scan:
        if frame.last_sequence < first:
            continue
        header = {
            "frame": frame.header.frame,
            "segment": frame.segment,
            "offset": frame.offset,
            "first_sequence": frame.header.first_sequence,
            "count": frame.header.command_count,
            "time": _time(frame.header.time_ns),
            "term": frame.header.term,
            "earlier_frame": frame.header.earlier_frame,
            "events_hash": frame.header.events_hash.hex(),
            "checksum": frame.checksum.hex(),
        }
        if as_json:
            typer.echo(json.dumps({**header, "commands": list(_commands(frame, first))}))
            continue
        typer.echo(
            "frame {frame}: segment {segment}, offset {offset}, {count} commands from sequence "
            "{first_sequence}, {time}, term {term}".format(**header),
        )
        if frame.header.earlier_frame:
            typer.echo("  events of frame {earlier_frame} hash to {events_hash}".format(**header))
        for command in _commands(frame, first):
            typer.echo("  " + "  ".join(f"{name}={value}" for name, value in command.items()))
    if scan.end.last_sequence < first:
        raise InputFault(
            f"{folder}: the journal ends at sequence {scan.end.last_sequence:,}, so it has no"
            f" command from {first:,} on"
        )
    torn = _torn_tail(scan)
    if torn is not None:
        typer.echo(f"torn tail: {torn}", err=True)


def _journal_folder(folder: Path) -> Path:
    if any(folder.glob("*.segment")) or (folder / "witness").exists():
        return folder
    check_day(folder)
    return folder / "journal"


def _with_progress(scan: Scan) -> Iterator[Frame]:
    with Progress("segments checked") as progress:
        for frame in scan:
            progress(frame.segment - 1, scan.segments)
            yield frame


def _torn_tail(scan: Scan) -> str | None:
    end = scan.end
    if end.torn_segment:
        return f"segment {end.torn_segment} has no header yet; opening the journal removes it"
    if end.torn_bytes:
        return (
            f"segment {end.segment}, offset {end.offset}: an unfinished frame above the witness, "
            "not acknowledged; opening the journal cuts it"
        )
    return None


def _commands(frame: Frame, first: int) -> Iterator[dict[str, object]]:
    """Yield what each command of a frame says, from sequence ``first`` on."""
    start = frame.header.first_sequence
    for sequence in range(max(first, start), frame.last_sequence + 1):
        yield {"sequence": sequence, **_decoded(frame.commands[sequence - start])}


def _decoded(row: np.ndarray) -> dict[str, object]:
    """Return header and fields of a command by name; bytes of an unknown kind in hex."""
    from huiguan.exchange import messages

    head = row.view(messages.COMMAND_HEADER)[0]
    origin = {"session": int(head["session"]), "client_sequence": int(head["client_sequence"])}
    try:
        command = messages.decode(row)
    except ValueError:  # a kind, version or value this code does not know
        numbers = {"kind": int(head["kind"]), "version": int(head["version"])}
        return {**numbers, **origin, "body": row[HEADER_BYTES:].tobytes().hex()}
    fields = {name: _word(getattr(command, name)) for name in command.__struct_fields__}
    return {"kind": command.__struct_config__.tag, **origin, **fields}


def _word(value: object) -> object:
    return value.name.lower() if isinstance(value, enum.Enum) else value


def _time(time_ns: int | None) -> str | None:
    import numpy as np

    return None if time_ns is None else f"{np.datetime64(time_ns, 'ns')}Z"
