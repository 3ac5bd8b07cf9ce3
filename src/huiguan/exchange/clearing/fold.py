"""First in, first out over the sorted trade sides of a day: the one loop of clearing.

Here row n depends on row n - 1, so it is compiled; everything around it is whole columns.
"""

import numpy as np

from huiguan.foundation.kernel import kernel

CLOSE_HISTORY, CLOSE_TODAY, OPEN = 0, 1, 2  # closes of today come before what they take from
KINDS = 3
LOTS_BITS = 32
LOTS_MASK = (1 << LOTS_BITS) - 1
OPENED, CLOSED_HISTORY, CLOSED_TODAY, HELD_COST, CLOSE_PRICE = range(5)  # columns of ``sums``


@kernel
def fold_sides(
    full: np.ndarray,
    rows: np.ndarray,
    packed: np.ndarray,
    first_taken: np.ndarray,
    run_key: np.ndarray,
    sums: np.ndarray,
    open_run: np.ndarray,
    open_row: np.ndarray,
    open_lots: np.ndarray,
) -> tuple[int, int]:
    """Fold the sides of each position side into one run; return how many runs and held openings.

    ``full`` is (position x 2 + side) x 3 + kind, sorted, in order of time within; ``rows`` are the
    sides it came from (trade x 2 + buyer or seller); ``packed`` is price in ticks x 2^32 + lots by
    trade, so that a trade is one look into memory.
    ``first_taken`` are lots taken from each run's openings before any close. Filled: the key of
    each run, its sums (close prices less the opening prices of what today's closes took), and the
    openings of which lots are held: run, side row, lots.
    """
    run, opens, last, left = -1, 0, np.int64(-1), np.int64(0)
    for n in range(len(full)):
        head = full[n] // KINDS
        kind = full[n] - head * KINDS
        trade = rows[n] >> 1
        ticks, count = packed[trade] >> LOTS_BITS, packed[trade] & LOTS_MASK
        if head != last:
            last = head
            run += 1
            run_key[run] = head
            left = first_taken[run]
            for column in range(sums.shape[1]):
                sums[run, column] = 0
        if kind == CLOSE_HISTORY:
            sums[run, CLOSED_HISTORY] += count
            sums[run, CLOSE_PRICE] += ticks * count
        elif kind == CLOSE_TODAY:
            sums[run, CLOSED_TODAY] += count
            sums[run, CLOSE_PRICE] += ticks * count
            left += count
        else:
            sums[run, OPENED] += count
            taken = min(count, left)
            left -= taken
            held = count - taken
            sums[run, CLOSE_PRICE] -= ticks * taken
            sums[run, HELD_COST] += ticks * held
            if held > 0:
                open_run[opens] = run
                open_row[opens] = rows[n]
                open_lots[opens] = held
                opens += 1
    return run + 1, opens
