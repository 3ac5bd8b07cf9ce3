"""Asking the operator's door of a hall: one question, one answer, over the socket in its folder.

The command line and every room of the office ask here; what no answer means is theirs to say.
"""

from __future__ import annotations

import json
import socket
from typing import TYPE_CHECKING, Any

from huiguan.foundation.faults import InputFault

if TYPE_CHECKING:
    from pathlib import Path

ANSWER_SECONDS = 10.0


class NotReady(Exception):  # noqa: N818  a state of the hall
    """The market does not answer now: whether it heard is not known. Says why nobody was there."""


def ask(
    path: Path,
    do: str,
    request: str = "",
    seconds: float = ANSWER_SECONDS,
    most_bytes: int = -1,
    /,
    **given: object,
) -> Any:  # noqa: ANN401  as the operator's door answers
    """Return the answer of the operator's socket at ``path``; a ``request`` is done once.

    Raises ``NotReady`` where nobody answers, ``InputFault`` with the floor's words for a no.
    """
    line = json.dumps({"do": do, "id": request, "with": given}).encode() + b"\n"
    try:
        with socket.socket(socket.AF_UNIX) as door:
            door.settimeout(seconds)
            door.connect(str(path))
            door.sendall(line)
            with door.makefile("rb") as answers:
                answer = json.loads(answers.readline(most_bytes) or b"{}")
    except OSError as fault:
        raise NotReady(fault.strerror or str(fault)) from None
    except ValueError:
        raise NotReady from None
    if "fault" in answer:
        raise InputFault(answer["fault"])
    if "good" not in answer:
        raise NotReady
    return answer["good"]
