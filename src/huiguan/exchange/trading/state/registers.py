"""What the core has at hand while it works: of the command, the frame and the mark in progress.

Registers are not content. Every frame begins by writing those it reads, so a day goes on the same
from any values of them; no state hash covers them.
"""

from huiguan.foundation.records import Int32, Int64, Record, layout


class Registers(Record, frozen=True):
    """One row."""

    due_frame: Int64  # first sequence of the frame before which what was due has run
    events: Int64  # rows of the event buffer in use
    client_sequence: Int64  # of the command being applied, as ``session``
    order_id: Int64  # of the order being entered
    first_figure: Int64  # of the refusal being made: what was asked
    second_figure: Int64  # what was allowed
    session: Int32
    marking: Int32  # next trading code to mark, or NO_ROW
    called: Int32  # margin calls of the mark that is going on
    lines: Int32  # of the trace in use


REGISTERS = layout(Registers, [], 64)
