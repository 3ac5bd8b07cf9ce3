"""Employers' room lots, fixed before the draw: the uniform rule (Sprumont 1991).

Every employer names how many rooms it wants. Small requests are met; the others get the same,
wherever no request below that is left. No request other than the true one gets an employer closer
to what it wants.
"""

from collections.abc import Mapping
from fractions import Fraction

from huiguan.foundation.cited import rule
from huiguan.foundation.faults import InputFault
from huiguan.foundation.readers.names import Name, Names
from huiguan.foundation.readers.signatures import checked, unchecked


@rule("uniform rule (Sprumont 1991; Benassy 1982)", "confirmed")
@checked
def uniform_rule(
    peaks: Mapping[Name, int], total: int, divide_all: bool = True
) -> dict[str, Fraction]:
    """Return each name's exact share of ``total`` when ``peaks`` are what they want most.

    Too little: everybody gets the peak, but no more than a common bound. Too much: everybody gets
    the peak, but no less than a common bound; without ``divide_all`` everybody then gets the peak
    and the rest stays undivided.
    Example: peaks 2, 5, 9 and total 12 give 2, 5, 5; total 9 gives 2, 7/2, 7/2.
    """
    if total < 0 or min(peaks.values(), default=0) < 0:
        raise InputFault("requests and rooms cannot be negative; check the lots")
    if not peaks and total and divide_all:
        raise InputFault(f"{total} cannot be divided among nobody; name who wants something")
    short = sum(peaks.values()) > total
    if not short and not divide_all:
        return {name: Fraction(peak) for name, peak in peaks.items()}
    left = Fraction(total)
    share: dict[str, Fraction] = {}
    order = sorted(peaks, key=lambda name: (peaks[name] if short else -peaks[name], name))
    for at, name in enumerate(order):
        equal = left / (len(order) - at)
        peak = Fraction(peaks[name])
        share[name] = min(peak, equal) if short else max(peak, equal)
        left -= share[name]
    return {name: share[name] for name in peaks}


@rule("uniform rule in whole rooms; the odd rooms by the draw", "assumed")
@checked
def room_lots(requests: Mapping[Name, int], rooms: int, draw: Names) -> dict[str, int]:
    """Return how many of ``rooms`` each employer gets, never more than it asked for.

    The uniform rule rounded down; the rooms left over go one each to those cut short, in order of
    the ``draw`` (employers, rank 1 first).
    Example: requests 2, 5, 9 of A, B, C, 10 rooms, draw C, B, A give A 2, B 4, C 4; 9 rooms give
    A 2, B 3, C 4.
    """
    if sorted(draw) != sorted(requests):
        raise InputFault("every employer with a request has one rank in the draw, and no other")
    exact = unchecked(uniform_rule)(requests, rooms, divide_all=False)
    lots = {name: int(share) for name, share in exact.items()}
    odd = sum(exact.values()) - sum(lots.values())
    for name in draw:
        if odd >= 1 and lots[name] < requests[name] and exact[name] > lots[name]:
            lots[name] += 1
            odd -= 1
    return lots
