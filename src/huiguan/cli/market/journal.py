"""``huiguan journal``: prove a journal frame by frame, and print what it holds."""

from __future__ import annotations

import enum
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from huiguan.cli import app
from huiguan.cli.language import language, spoken, tell
from huiguan.cli.market.folders import check_begun
from huiguan.cli.next_step import say_next
from huiguan.cli.progress import Progress
from huiguan.exchange.reports.words import left
from huiguan.foundation.faults import InputFault

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np

    from huiguan.exchange.day.image import DayImage
    from huiguan.storage.journal.recovery import Frame, Scan

    Command = dict[str, object]  # sequence, kind, session, client_sequence, then its fields

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
    from huiguan.foundation.calendars import show_day
    from huiguan.storage.journal.recovery import scan_folder

    scan = scan_folder(_journal_folder(folder))
    first_ns = last_ns = None
    for frame in _with_progress(scan):
        last_ns = frame.header.time_ns
        first_ns = last_ns if first_ns is None else first_ns
    end = scan.end
    facts = {
        "trading_day": show_day(end.first_header.trading_day),
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
        label = left(spoken(name.replace("_", " ")), 18)
        typer.echo(label + spoken("none" if fact is None else str(fact)))
    tail = "" if facts["torn_tail"] is None else "; the torn tail holds nothing acknowledged"
    tell(f"good: every frame, the chain and the witness agree{tail}")
    if (folder / "day.json").exists():
        say_next("day", "verify", folder)


@journal.command()
def show(
    folder: Folder,
    first: Annotated[int, typer.Option("--from", min=1, help="The first sequence to show.")] = 1,
    last: Annotated[int | None, typer.Option("--to", min=1, help="The last one.")] = None,
    contract: Annotated[
        str | None, typer.Option(metavar="CONTRACT", help="Only orders of it, and their cancels.")
    ] = None,
    code: Annotated[
        str | None, typer.Option(metavar="CODE", help="Only orders of it, and their cancels.")
    ] = None,
    raw: Annotated[
        bool, typer.Option("--raw", help="Fields as numbers, frames with hashes.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Print frames and their commands in words; each frame is checked before it is shown.

    A journal without the image of its day has numbers only, as --raw shows them.
    """
    from huiguan.storage.journal.recovery import scan_folder

    if last is not None and last < first:
        raise InputFault(f"--to {last} lies before --from {first}; give the lower sequence first")
    image = _image_of(folder)
    if (contract or code) and image is None:
        raise InputFault(f"{folder} holds no image, so its contracts and codes have no names here")
    wanted = Wanted(image, contract, code)
    scan, seen = scan_folder(_journal_folder(folder)), 0
    for frame in scan:
        if last is not None and frame.header.first_sequence > last:
            break
        places = wanted.places(frame)  # a cancel is known by the order before it
        sequences = places + frame.header.first_sequence
        shown = sequences >= first if last is None else (sequences >= first) & (sequences <= last)
        if frame.last_sequence < first or (wanted.fields and not shown.any()):
            continue
        commands = _commands(frame, places[shown])
        _print_frame(frame, commands, None if raw else image, as_json=as_json)
        seen = int(str(commands[-1]["sequence"])) if commands else seen
    else:
        _say_end(folder, scan, first)
    if seen and image is not None and not raw and not as_json:
        say_next("explain", folder, "--command", seen)


def _say_end(folder: Path, scan: Scan, first: int) -> None:
    """Refuse a journal that ends before what was asked for; say where it is torn."""
    if scan.end.last_sequence < first:
        raise InputFault(
            f"{folder}: the journal ends at sequence {scan.end.last_sequence:,}, so it has no"
            f" command from {first:,} on"
        )
    torn = _torn_tail(scan)
    if torn is not None:
        tell(f"torn tail: {torn}", err=True)


def _print_frame(
    frame: Frame, commands: list[Command], image: DayImage | None, *, as_json: bool
) -> None:
    """Print one frame: as JSON, in words by the exchange's clock, or with every field."""
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
        shown = [
            {name: _word(value) for name, value in command.items()}
            | ({"words": _sentence(image, command), **_names(image, command)} if image else {})
            for command in commands
        ]
        typer.echo(json.dumps({**header, "commands": shown}, ensure_ascii=False))
        return
    if image is not None:
        from huiguan.foundation.calendars import clock_text

        moment = clock_text(frame.header.time_ns)
        tell("frame {frame}, {count} commands from sequence {first_sequence}".format(**header))
        for command in commands:
            origin = f"session {command['session']}" if command["session"] else "house"
            words = _sentence(image, command, chinese=language() == "zh")
            typer.echo(f"  {command['sequence']:>9}  {moment}  {spoken(origin)}: {spoken(words)}")
        return
    tell(
        "frame {frame}: segment {segment}, offset {offset}, {count} commands from sequence "
        "{first_sequence}, {time}, term {term}".format(**header),
    )
    if frame.header.earlier_frame:
        tell("  events of frame {earlier_frame} hash to {events_hash}".format(**header))
    for command in commands:
        tell("  " + "  ".join(f"{name}={_word(value)}" for name, value in command.items()))


class Wanted:
    """Which commands a person asked for: of a contract, of a code; a cancel goes with its order."""

    def __init__(self, image: DayImage | None, contract: str | None, code: str | None) -> None:
        """Raise ``InputFault`` for a name the image does not hold."""
        self.fields: dict[str, int] = {}
        for field, name, names in (
            ("instrument", contract, image.names.instruments if image else []),
            ("trading_code", code, image.names.trading_codes if image else []),
        ):
            if name is None:
                continue
            if name not in names:
                raise InputFault(
                    f"{name!r} is not in this day's image; they are named as {names[0]}"
                )
            self.fields[field] = names.index(name)
        self._orders: set[int] = set()  # sequences of wanted orders
        self._own: set[tuple[int, int]] = set()  # their sessions and own ids

    def places(self, frame: Frame) -> np.ndarray:
        """Return which rows of a frame are wanted; all are where nothing was asked for.

        Frames are given in their order. Only orders and cancels that may matter are looked at.
        """
        import numpy as np

        from huiguan.exchange.messages import COMMAND_HEADER, LAYOUTS, CancelOrder, EnterOrder

        if not self.fields:
            return np.arange(len(frame.commands))
        flat = frame.commands.reshape(-1)
        kinds = flat.view(COMMAND_HEADER)["kind"]
        entries, cancels = flat.view(LAYOUTS[EnterOrder.KIND]), flat.view(LAYOUTS[CancelOrder.KIND])
        hit = kinds == EnterOrder.KIND
        for name, value in self.fields.items():
            hit &= entries[name] == value
        named = [*(own for _, own in self._own), *entries["client_order_id"][hit].tolist()]
        again = (kinds == EnterOrder.KIND) & np.isin(entries["client_order_id"], named)
        found = []
        for place in np.flatnonzero(hit | again | (kinds == CancelOrder.KIND)).tolist():
            if kinds[place] == CancelOrder.KIND:
                wanted = self._cancels(cancels[place])
            else:
                wanted = bool(hit[place])
                self._enter(entries[place], frame.header.first_sequence + place, wanted=wanted)
            if wanted:
                found.append(place)
        return np.array(found, np.int64)

    def _enter(self, order: np.void, sequence: int, *, wanted: bool) -> None:
        """Note an order; an own id that is used again names the newest order."""
        own = int(order["session"]), int(order["client_order_id"])
        if wanted:
            self._orders.add(sequence)
            self._own.add(own)
        else:
            self._own.discard(own)

    def _cancels(self, row: np.void) -> bool:
        """Return whether a cancel names a wanted order, by the exchange's id or by its own."""
        from huiguan.exchange.messages import ORDER_ROW_BITS

        if order := int(row["order_id"]) >> ORDER_ROW_BITS:
            return order in self._orders
        return (int(row["session"]), int(row["client_order_id"])) in self._own


def _image_of(folder: Path) -> DayImage | None:
    """Return the image of a day folder; a journal alone has none."""
    from huiguan.storage.market.day_folder import DayFolder
    from huiguan.storage.market.day_image import read_image

    image = DayFolder(folder).image
    return read_image(image) if image.is_dir() else None


def _names(image: DayImage, command: Command) -> dict[str, str]:
    """Return the names of the rows of the image that a command speaks of, and its price."""
    from huiguan.exchange.reports.command_words import named_fields

    return named_fields(
        image, {name: value for name, value in command.items() if isinstance(value, int)}
    )


def _sentence(image: DayImage | None, command: Command, *, chinese: bool = False) -> str:
    """Return a command in words; one of an unknown kind keeps its bytes."""
    from huiguan.exchange.reports.command_words import fields_words, order_words

    assert image is not None
    fields = {name: int(value) for name, value in command.items() if isinstance(value, int)}
    for name in ("sequence", "session", "client_sequence"):
        fields.pop(name)
    kind = command["kind"]
    if kind == "enter_order":
        return order_words(image, fields)[chinese]
    if kind == "cancel_order":  # named by one of its two ids
        fields = {name: value for name, value in fields.items() if value}
    return fields_words(image, kind, fields) if isinstance(kind, str) else f"unknown kind {kind}"


def _journal_folder(folder: Path) -> Path:
    if any(folder.glob("*.segment")) or (folder / "witness").exists():
        return folder
    check_begun(folder)
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


def _commands(frame: Frame, places: np.ndarray) -> list[Command]:
    """Return what the commands at some places of a frame say."""
    start = frame.header.first_sequence
    return [
        {"sequence": start + place, **_decoded(frame.commands[place])} for place in places.tolist()
    ]


def _decoded(row: np.ndarray) -> Command:
    """Return header and fields of a command by name; bytes of an unknown kind in hex."""
    from huiguan.exchange import messages

    head = row.view(messages.COMMAND_HEADER)[0]
    origin = {"session": int(head["session"]), "client_sequence": int(head["client_sequence"])}
    try:
        command = messages.decode(row)
    except ValueError:  # a kind, version or value this code does not know
        numbers = {"kind": int(head["kind"]), "version": int(head["version"])}
        return {**numbers, **origin, "body": row[HEADER_BYTES:].tobytes().hex()}
    fields = {name: getattr(command, name) for name in command.__struct_fields__}
    return {"kind": command.__struct_config__.tag, **origin, **fields}


def _word(value: object) -> object:
    return value.name.lower() if isinstance(value, enum.Enum) else value


def _time(time_ns: int | None) -> str | None:
    import numpy as np

    return None if time_ns is None else f"{np.datetime64(time_ns, 'ns')}Z"
