"""Asking the operator's door of a hall from a thread of the office: one question, one answer."""

from __future__ import annotations

import json
import socket
from typing import TYPE_CHECKING, Any

from huiguan.foundation.faults import InputFault

if TYPE_CHECKING:
    from pathlib import Path

ANSWER_SECONDS = 10.0


class NotReady(Exception):  # noqa: N818  a state of the hall
    """The market does not answer now; the same can be asked again."""


def ask(path: Path, do: str, **given: Any) -> Any:  # noqa: ANN401  as the operator's door answers
    """Return the answer of the operator's socket at ``path``.

    Raises ``NotReady`` where nobody answers, ``InputFault`` with the floor's words for a no.
    """
    line = json.dumps({"do": do, "with": given}).encode() + b"\n"
    try:
        with socket.socket(socket.AF_UNIX) as door:
            door.settimeout(ANSWER_SECONDS)
            door.connect(str(path))
            door.sendall(line)
            answer = json.loads(door.makefile("rb").readline() or b"{}")
    except (OSError, ValueError):
        raise NotReady from None
    if "fault" in answer:
        raise InputFault(answer["fault"])
    if "good" not in answer:
        raise NotReady
    return answer["good"]
