"""San Francisco's preference lists: one lottery, then a list per preference that keeps its order.

Source: the city's published procedure (DAHLIA) and its recorded results: certificate of preference
(COP) up to every home, displaced tenants (DTHP) 20 %, neighbourhood (NRHP) 40 %, live or work in
the city, then everybody; the veterans' twin of each list comes before it.
"""

from collections import deque
from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise

from huiguan.foundation.cited import rule
from huiguan.foundation.faults import InputFault
from huiguan.foundation.readers.values import natural
from huiguan.housing.allocation.reserves import claims_of, exact_share, reserved_units

Row = tuple[int, int, str]  # rank in the list, lottery rank, lottery number


@rule("San Francisco MOHCD, lottery preference lists", "confirmed")
def bucket_lists(
    lottery: Sequence[str], claims: Mapping[str, Collection[str]], buckets: Sequence[str]
) -> dict[str, list[str]]:
    """Return the list of every bucket, and of "general", each in lottery order.

    ``lottery``: applicants, rank 1 first. ``claims``: applicant -> preferences proved. A person
    stands on every list claimed; "general" holds everybody.
    Example: ``bucket_lists(["b", "a", "c"], {"a": ["COP"], "c": ["COP", "N"]}, ["COP", "N"])``
    is {"COP": ["a", "c"], "N": ["c"], "general": ["b", "a", "c"]}.
    """
    if len(set(lottery)) != len(lottery):
        raise InputFault("somebody has two places in the lottery; one number per person")
    lists = {b: [a for a in lottery if b in claims_of(claims, a)] for b in buckets}
    return {**lists, "general": list(lottery)}


@rule("San Francisco MOHCD: COP all, DTHP 20 %, NRHP 40 %, down, at least one", "confirmed")
def bucket_units(units: int, shares: Mapping[str, str | Fraction]) -> dict[str, int]:
    """Return how many of ``units`` each preference may take at most.

    A share is rounded down, but a list that has a share gets at least one home.
    Example: ``bucket_units(13, {"COP": "100%", "DTHP": "20%", "NRHP": "40%"})`` is
    {"COP": 13, "DTHP": 2, "NRHP": 5}.
    """
    return {name: reserved_units(units, share, "down", 1) for name, share in shares.items()}


@rule("San Francisco MOHCD, lists served in order of preference", "confirmed")
def bucket_allocation(
    lottery: Sequence[str],
    claims: Mapping[str, Collection[str]],
    units: int,
    limits: Mapping[str, int],
) -> dict[str, str]:
    """Return applicant -> list served from, lists in the order of ``limits``, then "general".

    A list gives out homes until its limit or the last home is reached; who is served leaves all
    lists. A claim that fails its proof is left out of ``claims``: the person falls to the next list
    with the same lottery rank, never to the end.
    Example: ``bucket_allocation(["b", "a", "c"], {"a": ["COP"], "c": ["NRHP"]}, 2,
    {"COP": 2, "NRHP": 1})`` is {"a": "COP", "c": "NRHP"}.
    """
    natural(units, "units")
    served: dict[str, str] = {}
    for bucket, people in bucket_lists(lottery, claims, list(limits)).items():
        free = min(limits.get(bucket, units), units - len(served))
        queue = [person for person in people if person not in served]
        served.update(dict.fromkeys(queue[: max(free, 0)], bucket))
    return served


@rule("San Francisco MOHCD: each list keeps the order of the lottery", "confirmed")
def bucket_faults(lists: Mapping[str, Sequence[Row]]) -> list[str]:
    """Return what breaks the order of the lists: rows (rank, lottery rank, lottery number).

    Inside a list a better rank has a better lottery rank, and a number has one lottery rank in all
    lists. Example: ``bucket_faults({"COP": [(1, 3, "x"), (2, 8, "y")]})`` is [].
    """
    faults = []
    rank_of: dict[str, int] = {}
    for name, rows in lists.items():
        ordered = sorted(rows)
        for before, after in pairwise(ordered):
            if before[0] == after[0] or before[1] >= after[1]:
                faults.append(f"{name}: {after[2]} at rank {after[0]} breaks the lottery's order")
        for _, lottery_rank, number in rows:
            if rank_of.setdefault(number, lottery_rank) != lottery_rank:
                faults.append(f"{name}: {number} has two lottery ranks")
    return faults


@rule(
    "Parcoursup, order of call under two quotas (ministry's published algorithm, 2023)", "confirmed"
)
def two_quota_order(
    ranking: Sequence[str],
    social: Collection[str],
    local: Collection[str],
    social_share: str | Fraction,
    local_share: str | Fraction,
) -> list[str]:
    """Return the order of call of ``ranking`` under a social and a residence quota.

    ``ranking``: candidates, best first. ``social``, ``local``: who holds a scholarship, who lives
    in the area. Shares are texts such as "20%", or fractions; "0%" is no quota.
    At each step the best candidate is called whom the binding quotas allow. A quota binds while
    calling anybody else would leave fewer than share x called, rounded up, and members are left.
    If no candidate satisfies both, the social quota wins. A member of both is never overtaken.
    Example: ``two_quota_order(["a", "b", "c", "s"], ["s"], [], "25%", "0%")`` is
    ["s", "a", "b", "c"]: one of the first one to four must hold the social claim.
    """
    if len(set(ranking)) != len(ranking):
        raise InputFault("a candidate is ranked twice; each has one place")
    shares = [exact_share(share) for share in (social_share, local_share)]
    social, local = frozenset(social), frozenset(local)
    queues: dict[tuple[bool, bool], deque[int]] = {
        (s, r): deque() for s in (False, True) for r in (False, True)
    }
    for rank, name in enumerate(ranking):
        queues[name in social, name in local].append(rank)
    called: list[str] = []
    counts = [0, 0]
    for step in range(1, len(ranking) + 1):
        able = [kind for kind, queue in queues.items() if queue]
        for quota, share in enumerate(shares):
            members = [kind for kind in able if kind[quota]]
            if members and counts[quota] * share.denominator < step * share.numerator:
                able = members
        kind = min(able, key=lambda kind: queues[kind][0])
        called.append(ranking[queues[kind].popleft()])
        counts = [counts[0] + kind[0], counts[1] + kind[1]]
    return called
