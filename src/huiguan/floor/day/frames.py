"""What goes into a running day and comes out of it: commands of a frame, events of a frame."""

from typing import NamedTuple

import numpy as np


class Input(NamedTuple):
    """The commands of one frame (``uint8``, 64 a row) and the time they arrived (ns, UTC)."""

    time_ns: int
    commands: np.ndarray


class FrameEvents(NamedTuple):
    """The events of one frame (``uint8``, 64 a row, read only) and the time of the frame.

    They stand in a buffer of the core, which the next frame collected may fill anew: read or copy
    them before. Submitting does not touch them.
    """

    time_ns: int
    first_sequence: int  # of the frame's commands
    events: np.ndarray
