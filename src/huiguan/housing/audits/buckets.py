"""San Francisco's preference lists: one lottery, then a list per preference that keeps its order.

Source: the city's published procedure (DAHLIA) and its recorded results: certificate of preference
(COP) up to every home, displaced tenants (DTHP) 20 %, neighbourhood (NRHP) 40 %, live or work in
the city, then the general list; the veterans' twin of each list comes before it. The general list
holds everybody, or only those who stand on no other one: one published draw of 27 splits them (13
live or work in the city, 14 general). Which of the two is data, and does not change who is served.
"""

from collections import deque
from collections.abc import Collection, Mapping, Sequence
from functools import partial
from itertools import chain, islice, pairwise
from typing import Annotated, Literal

from huiguan.foundation.cited import rule
from huiguan.foundation.faults import InputFault
from huiguan.foundation.readers.names import Name, Names, one_spelling
from huiguan.foundation.readers.signatures import checked, unchecked
from huiguan.foundation.readers.values import Count, natural
from huiguan.housing.allocation.lists import Claims
from huiguan.housing.allocation.reserves import Share, exact_share, reserved_units

Rank = Annotated[int, partial(natural, least=1)]
Row = tuple[Rank, Rank, Name]  # rank in the list, lottery rank, lottery number
General = Literal["everybody", "on no other list"]
GENERAL = "general"
MOST_NAMED = 5  # of ranks that are missing


@rule("San Francisco MOHCD, lottery preference lists", "confirmed")
@checked
def bucket_lists(
    lottery: Names, claims: Claims, buckets: Names, general: General = "everybody"
) -> dict[str, list[str]]:
    """Return the list of every bucket, and of "general", each in lottery order.

    ``lottery``: applicants, rank 1 first. ``claims``: applicant -> preferences proved. A person
    stands on every list claimed; "general" holds everybody, or those "on no other list".
    Example: ``bucket_lists(["b", "a", "c"], {"a": ["COP"], "c": ["COP", "N"]}, ["COP", "N"])``
    is {"COP": ["a", "c"], "N": ["c"], "general": ["b", "a", "c"]}; and
    ``bucket_lists(["b", "a", "c"], {"a": ["COP"], "c": ["COP", "N"]}, ["COP", "N"],
    "on no other list")`` is {"COP": ["a", "c"], "N": ["c"], "general": ["b"]}.
    """
    if GENERAL in buckets:
        raise InputFault(f"{GENERAL!r} is the list of those without a preference; rename yours")
    one_spelling(chain(lottery, claims), "applicants")
    one_spelling(chain(buckets, *claims.values()), "preferences")
    lists = {b: [a for a in lottery if b in claims.get(a, ())] for b in buckets}
    listed = {a for members in lists.values() for a in members}
    others = [a for a in lottery if general == "everybody" or a not in listed]
    return {**lists, GENERAL: others}


@rule("San Francisco MOHCD: COP all, DTHP 20 %, NRHP 40 %, down, at least one", "confirmed")
@checked
def bucket_units(units: Count, shares: Mapping[Name, Share]) -> dict[str, int]:
    """Return how many of ``units`` each preference may take at most.

    A share is rounded down, but a list that has a share gets at least one home.
    Example: ``bucket_units(13, {"COP": "100%", "DTHP": "20%", "NRHP": "40%"})`` is
    {"COP": 13, "DTHP": 2, "NRHP": 5}.
    """
    return {
        name: unchecked(reserved_units)(units, share, "down", 1) for name, share in shares.items()
    }


@rule("San Francisco MOHCD, lists served in order of preference", "confirmed")
@checked
def bucket_allocation(
    lottery: Names,
    claims: Claims,
    units: Count,
    limits: Mapping[Name, Count],
) -> dict[str, str]:
    """Return applicant -> list served from, lists in the order of ``limits``, then "general".

    A list gives out homes until its limit or the last home is reached; who is served leaves all
    lists. A claim that fails its proof is left out of ``claims``: the person falls to the next list
    with the same lottery rank, never to the end.
    Example: ``bucket_allocation(["b", "a", "c"], {"a": ["COP"], "c": ["NRHP"]}, 2,
    {"COP": 2, "NRHP": 1})`` is {"a": "COP", "c": "NRHP"}.
    """
    served: dict[str, str] = {}
    for bucket, people in unchecked(bucket_lists)(lottery, claims, list(limits)).items():
        free = min(limits.get(bucket, units), units - len(served))
        queue = [person for person in people if person not in served]
        served.update(dict.fromkeys(queue[: max(free, 0)], bucket))
    return served


@rule("San Francisco MOHCD: each list keeps the order of the lottery", "confirmed")
@checked
def bucket_faults(lists: Mapping[Name, Sequence[Row]]) -> list[str]:
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


@rule("San Francisco MOHCD: each list prints its total", "confirmed")
@checked
def bucket_gaps(lists: Mapping[Name, Sequence[Row]], totals: Mapping[Name, Count]) -> list[str]:
    """Return which lists have another number of rows than the total printed, or leave ranks out.

    Who is missing from a list cannot be checked. Example:
    ``bucket_gaps({"COP": [(1, 3, "x")], "N": []}, {"COP": 2, "N": 0})`` is
    ["COP: 1 ranked, the printed total is 2"].
    """
    gaps = []
    for name, rows in lists.items():
        total = totals.get(name, len(rows))
        if total != len(rows):
            gaps.append(f"{name}: {len(rows)} ranked, the printed total is {total}")
        ranks = {rank for rank, _, _ in rows}
        absent = (rank for rank in range(1, max(ranks, default=0)) if rank not in ranks)
        first = ", ".join(map(str, islice(absent, MOST_NAMED)))
        if first:
            gaps.append(f"{name}: rank {first} has no row")
    return gaps


@rule(
    "Parcoursup, order of call under two quotas (ministry's published algorithm, 2023)", "confirmed"
)
@checked
def two_quota_order(
    ranking: Names,
    social: Collection[Name],
    local: Collection[Name],
    social_share: Share,
    local_share: Share,
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
    one_spelling(chain(ranking, social, local), "candidates")
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
