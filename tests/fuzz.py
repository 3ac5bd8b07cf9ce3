"""Coverage-guided fuzzing of a decoder: ``python -m tests.fuzz DECODER SECONDS`` (atheris).

Whatever the bytes are, a decoder gives records or a refusal; anything else that it raises is a
finding, and its bytes stay in the file that the fuzzer names. It begins with sound examples.
"""

from __future__ import annotations

import asyncio
import re
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import atheris  # of the dependency group ``fuzz``

with atheris.instrument_imports(include=["huiguan.floor.doors", "huiguan.floor.hall"]):
    from huiguan.exchange.day.names import DayNames
    from huiguan.floor.doors import binary
    from huiguan.floor.doors.json import protocol
    from huiguan.floor.hall import operator
    from huiguan.floor.hall.keys import Key, KeyRight
    from huiguan.floor.hall.own_orders import only_own

import msgspec
import numpy as np

from huiguan.floor.doors.rate import Rate
from huiguan.floor.doors.records import DoorReason
from huiguan.foundation.faults import InputFault
from tests import hostile
from tests.images import small_image

if TYPE_CHECKING:
    from collections.abc import Callable

    from huiguan.floor.doors.binary import Asked, Line
    from huiguan.floor.hall.lines import Hall

TOKEN = bytes(range(32))
LONGEST = 4096
IMAGE = small_image()
SOUND = {  # words of the JSON door that are numbers nowhere
    "price": "100",
    "contract": IMAGE.names.instruments[0],
    "trading_code": IMAGE.names.trading_codes[0],
    "target": IMAGE.names.trading_codes[0],
    "scope": "trading_code",
    "side": "buy",
    "offset": "open",
    "hedge": "speculation",
    "time_in_force": "day",
    "price_type": "limit",
}
LOOP = asyncio.new_event_loop()


class OpenHall:
    """A hall that lets everybody in and counts what reaches the exchange."""

    def __init__(self) -> None:
        self.rows = 0
        self.node = SimpleNamespace(is_full=False, paused_reading=[])
        self.key = Key(name="a", token_hash="", session=1, member="", rights=tuple(KeyRight))
        orders = np.zeros(16, [("trading_code", "i4"), ("order_id", "i8")])
        self.state: Any = SimpleNamespace(orders=orders)

    def admit(self, _: Line) -> bool:
        return True

    def gone(self, line: Line) -> None:
        """Forget it."""

    def noted(self, _: Line, reason: DoorReason) -> None:
        DoorReason(reason)  # is one

    def log_on(self, line: Line, _: Asked) -> None:
        line.key = self.key
        line.start(1, Rate(100, 200))

    def closed_for_orders(self) -> None:
        return None

    def only_own(self, _: Line, rows: np.ndarray) -> np.ndarray:
        return only_own(self.state, np.array([0, 2]), rows)

    def take(self, _: Line, rows: np.ndarray) -> None:
        assert len(rows) % 64 == 0
        self.rows += len(rows) // 64

    def tick_done(self, _: Line, next_ns: int) -> None:
        assert isinstance(next_ns, int)

    def log_off(self, line: Line) -> None:
        """Let it go."""


def hear_line(data: bytes) -> None:
    """Give a new line of the binary door bytes in two pieces."""
    LOOP.run_until_complete(heard(data))


async def heard(data: bytes) -> None:
    hall = OpenHall()
    line = binary.Line(cast("Hall", hall))
    line.connection_made(hostile.FakeTransport(line))
    cut = data[0] if data else 0
    line.data_received(data[:cut])
    line.data_received(data[cut:])
    assert hall.rows <= len(data) // 64


def hear_binary(data: bytes) -> None:
    """Give a line that is on bytes."""
    hear_line(hostile.log_on_record(TOKEN) + data)


def hear_json(data: bytes) -> None:
    """Give the JSON door one frame as its first and as a later one."""
    talk = protocol.Talk(DayNames(IMAGE), IMAGE.names.trading_codes[0], DayNames)  # type: ignore[arg-type]
    for hear in (
        lambda: talk.commands(data),
        lambda: protocol.understood(protocol.READ_LOG_ON, data),
    ):
        with suppress(protocol.NoSense, InputFault):
            hear()


def hear_words(data: bytes) -> None:
    """Give the JSON door commands that are spelled right, with any values in them."""
    drawn, frame = atheris.FuzzedDataProvider(data), []
    while drawn.remaining_bytes() and len(frame) < 8:
        kind = drawn.PickValueInList(list(protocol.KINDS))
        said: dict[str, Any] = {"type": kind.__struct_config__.tag}
        for name in kind.__struct_fields__:
            sound = SOUND.get(name, "0")
            odd = (drawn.ConsumeUnicodeNoSurrogates(12), drawn.ConsumeInt(8), int(sound == "0"))
            said[name] = (
                sound if drawn.ConsumeIntInRange(0, 15) else odd[drawn.ConsumeIntInRange(0, 2)]
            )
            if said[name] == "0":
                said[name] = drawn.ConsumeIntInRange(0, 99)
        frame.append(said)
    hear_json(msgspec.json.encode(frame))


def hear_operator(data: bytes) -> None:
    """Give the operator's door one line."""
    hall = SimpleNamespace(node=SimpleNamespace(is_shut=True), clock=None, keys=[])
    door = operator.Operator(cast("Hall", hall), lambda: None)
    door._does = dict.fromkeys(("command", "status"), door._command)
    answer = LOOP.run_until_complete(door.answer(data))
    assert answer.startswith((b'{"good":', b'{"fault":'))


def examples(decoder: str) -> list[bytes]:
    """Return sound input to begin with."""
    rows = hostile.commands(np.random.default_rng(1), 8, 1)
    match decoder:
        case "binary":
            return [rows[:count].tobytes() for count in range(1, 9)]
        case "log_on":
            return [hostile.log_on_record(TOKEN), hostile.log_on_record(TOKEN) + rows.tobytes()]
        case "words":
            return [bytes(range(1, 200)), bytes(100), b"\xff" * 100]
        case "json":
            words = '"contract": "%s", "side": "buy", "price": "100", "lots": 1'
            order = '{"type": "enter_order", ' + words % IMAGE.names.instruments[0] + "}"
            first = '{"type": "log_on", "key": "hg_00", "epoch": 1}'
            return [text.encode() for text in (order, f"[{order}]", first, '{"type": "log_off"}')]
        case _:
            return [b'{"do": "command", "id": "a", "with": {"kind": "pass_time"}}']


DECODERS: dict[str, Callable[[bytes], None]] = {
    "binary": hear_binary,
    "log_on": hear_line,
    "json": hear_json,
    "words": hear_words,
    "operator": hear_operator,
}


def main(decoder: str, seconds: str) -> None:
    """Fuzz one decoder; the process ends with 0 when nothing was found."""
    asyncio.set_event_loop(LOOP)
    corpus = Path(tempfile.mkdtemp(prefix=f"fuzz_{decoder}_"))
    for number, data in enumerate(examples(decoder)):
        (corpus / str(number)).write_bytes(data)
    text = b" ".join(data for data in examples(decoder) if data.isascii())
    words = sorted({word.decode() for word in re.findall(rb"[a-z_0-9]+", text)} | {"[", "{}", "-1"})
    dictionary = corpus.with_suffix(".words")
    dictionary.write_text("".join(f'"{word}"\n' for word in words))
    flags = [
        f"-dict={dictionary}",
        f"-max_total_time={seconds}",
        f"-max_len={LONGEST}",
        "-print_final_stats=1",
        "-rss_limit_mb=12000",  # atheris keeps a little of every comparison of arrays
    ]
    atheris.Setup([sys.argv[0], *flags, str(corpus)], DECODERS[decoder])
    atheris.Fuzz()


if __name__ == "__main__":
    main(*sys.argv[1:])
