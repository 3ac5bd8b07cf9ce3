"""One number's story, from the stored round: rank, tier, every cut-off, the rule that decided.

What one more home would have changed is found by running the frozen round again with it.
"""

from collections.abc import Mapping
from typing import NamedTuple

import msgspec
import numpy as np

from huiguan.foundation.faults import CheckFault, InputFault
from huiguan.housing.allocation.deferred import match_market
from huiguan.housing.allocation.market import CLASSES, Market, Match
from huiguan.housing.allocation.reserves import REST, slot_seats
from huiguan.housing.check.whole import REST_SLOT, CheckedOutcome
from huiguan.housing.round.answers import ANSWERS
from huiguan.housing.round.draw import number_is_valid
from huiguan.housing.round.frozen import (
    STATES,
    FrozenRound,
    build_market,
    claim_classes,
    lottery_rows,
    read_facts,
)

SETTLED, WITHDRAWN = ANSWERS


class ChoiceStory(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one choice.

    ``verdict``: "got"; "behind" (the last one served stands before); "full" (no seat is open to the
    applicant); "size" or "sex" (the home does not fit); "later" (a better choice was got);
    "below-home" (a tenant named it after the present home); "settled" (not asked for any more).
    """

    place: int  # in the list, from 1
    programme: str
    verdict: str
    tier: int  # of the applicant there
    slot: str = ""  # the slot that took the applicant, or came nearest to
    seats: int = 0
    last_tier: int = -1  # of the last one served in that slot
    last_place: int = -1
    one_more: str = ""  # the better home the applicant would have with one more home there


class Story(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the stored round says about one number."""

    number: str
    state: str
    applications: int = 0  # in the draw
    rank: int = 0
    place: int = 0
    tickets: int = 0
    home: str = ""
    slot: str = ""
    rule: str = ""  # where the rule of the slot comes from
    rule_status: str = ""
    choices: tuple[ChoiceStory, ...] = ()
    rerun: int = 0  # the last re-run after answers, 0 if there is none; and its result
    rerun_home: str = ""
    rerun_slot: str = ""
    answer: str = ""  # what the applicant said before it: withdrawn, settled


class Again(NamedTuple):
    """The last re-run of a round: what counts now."""

    step: int
    outcome: CheckedOutcome
    answers: Mapping[str, str]  # number -> the last answer given


def explain(
    frozen: FrozenRound, outcome: CheckedOutcome, number: str, again: Again | None = None
) -> Story:
    """Return the story of ``number``; re-runs the round once for every better choice missed.

    After a re-run (``again``) the choices are told by its cut-offs, which count now.
    """
    if not number_is_valid(number):
        raise InputFault(
            f"{number} is no application number: that is eight digits and a fitting check character"
        )
    row = int(np.searchsorted(frozen.numbers, number.encode()))
    if row == frozen.numbers.size or frozen.numbers[row] != number.encode():
        raise InputFault(f"{number} did not apply in this round; look at the year and the round")
    if frozen.state[row] != 0:
        return Story(number=number, state=STATES[frozen.state[row]])
    drawn = frozen.numbers[frozen.state == 0]
    whole = np.array_equal(outcome.ticket_number, drawn)
    if not whole or not np.array_equal(outcome.result_number, frozen.numbers):
        raise CheckFault("tickets.csv or results.csv lacks a number; check the round first")
    rank = np.zeros(frozen.numbers.size, dtype=np.int32)
    rank[np.searchsorted(frozen.numbers, outcome.ticket_number)] = outcome.ticket_rank
    rows = lottery_rows(frozen, rank)
    at = int(np.flatnonzero(rows == row)[0])
    market = build_market(frozen, rows)
    result = int(np.searchsorted(outcome.result_number, number.encode()))
    first_home, first_slot = home_and_slot(frozen, outcome, result)
    counts = again.outcome if again else outcome
    choices = tell_choices(frozen, counts, market, row, at, result, final=again is None)
    home, slot = home_and_slot(frozen, counts, result)
    answer = again.answers.get(number, "") if again else ""
    if answer == SETTLED:
        choices = [
            msgspec.structs.replace(choice, verdict="settled")
            if choice.verdict in ("behind", "full")
            else choice
            for choice in choices
        ]
    programme = int(counts.result_programme[result])
    policy = frozen.policies[frozen.programmes[programme].policy] if home else None
    return Story(
        number=number,
        state="in",
        applications=rows.size,
        rank=int(rank[row]),
        place=at + 1,
        tickets=int(frozen.weight[row]),
        home=first_home,
        slot=first_slot,
        rule=policy.source if policy else "",
        rule_status=policy.status if policy else "",
        choices=() if answer == WITHDRAWN else tuple(choices),
        rerun=again.step if again else 0,
        rerun_home=home if again else "",
        rerun_slot=slot if again else "",
        answer=answer,
    )


def home_and_slot(frozen: FrozenRound, outcome: CheckedOutcome, result: int) -> tuple[str, str]:
    """Return the names of the home and the slot in a row of results, "" for none."""
    programme, slot = int(outcome.result_programme[result]), int(outcome.result_slot[result])
    if programme < 0:
        return "", ""
    homes = frozen.programmes[programme]
    if slot == REST_SLOT:
        return homes.programme, REST
    step = slot - slots_before(frozen, programme)
    return homes.programme, frozen.policies[homes.policy].slot[step].name


def tell_choices(
    frozen: FrozenRound,
    outcome: CheckedOutcome,
    market: Market,
    row: int,
    at: int,
    result: int,
    final: bool,
) -> list[ChoiceStory]:
    """Return the story of every choice on the list of application ``row``.

    ``at`` is its row in the market, ``result`` its row in ``results.csv``. Whether one more home
    would change anything is asked of the ``final`` run of a round alone, before any answer.
    """
    home, slot = int(outcome.result_programme[result]), int(outcome.result_slot[result])
    facts = read_facts(frozen)
    listed = frozen.listed[frozen.list_start[row] : frozen.list_start[row + 1]].tolist()
    own = int(facts.own[row])
    if own >= 0 and own not in listed:
        listed.append(own)
    out: list[ChoiceStory] = []
    missed: dict[int, int] = {}  # programme -> place in ``out`` of a choice that could be better
    done = ""
    for place, programme in enumerate(listed, start=1):
        homes = frozen.programmes[programme]
        edges = market.edges[at]
        known = np.flatnonzero(edges["programme"] == programme)
        tier = int(edges["rank"][known[0]]) if known.size else int(frozen.tier[row])
        story = ChoiceStory(place=place, programme=homes.programme, verdict=done, tier=tier)
        if not known.size and not done:
            fits = homes.size_least <= frozen.size[row] <= homes.size_most
            story = msgspec.structs.replace(story, verdict="sex" if fits else "size")
        elif not done and programme == home:
            story = with_cut(frozen, outcome, story, programme, slot, verdict="got")
        elif not done:
            claims = int(edges["claims"][known[0]])
            story = nearest_cut(frozen, outcome, story, programme, claims)
            missed[programme] = len(out)
        out.append(story)
        if story.verdict == "got":
            done = "later"
        if programme == own:
            done = "below-home"
    if not (final and missed):
        return out
    better = with_one_more_home(frozen, market, list(missed), at, home)
    for programme, place in missed.items():
        if better[programme] not in (home, -1):
            name = frozen.programmes[better[programme]].programme
            out[place] = msgspec.structs.replace(out[place], one_more=name)
    return out


def slots_before(frozen: FrozenRound, programme: int) -> int:
    """Return how many slots stand before those of ``programme``."""
    return sum(len(frozen.policies[p.policy].slot) for p in frozen.programmes[:programme])


def with_cut(
    frozen: FrozenRound,
    outcome: CheckedOutcome,
    story: ChoiceStory,
    programme: int,
    slot: int,
    verdict: str,
) -> ChoiceStory:
    """Return the story with the published seats and last one served of a slot."""
    rows = (outcome.cut_programme == programme) & (outcome.cut_slot == slot)
    if not rows.any():
        raise CheckFault(f"cutoffs.csv lacks a row of {story.programme}; check the round first")
    at = int(np.flatnonzero(rows)[0])
    policy = frozen.policies[frozen.programmes[programme].policy]
    step = slot - slots_before(frozen, programme)
    return msgspec.structs.replace(
        story,
        verdict=verdict,
        slot=REST if slot == REST_SLOT else policy.slot[step].name,
        seats=int(outcome.cut_seats[at]),
        last_tier=int(outcome.cut_tier[at]),
        last_place=int(outcome.cut_place[at]),
    )


def nearest_cut(
    frozen: FrozenRound, outcome: CheckedOutcome, story: ChoiceStory, programme: int, claims: int
) -> ChoiceStory:
    """Return the story with the last cut-off of all slots the applicant could take."""
    classes = claim_classes(frozen)
    first = slots_before(frozen, programme)
    able = [REST_SLOT]
    for step, slot in enumerate(frozen.policies[frozen.programmes[programme].policy].slot):
        bit = 1 << (len(classes) if slot.own else classes.get(slot.claim, CLASSES))
        if claims & bit or not (slot.own or slot.claim):
            able.append(first + step)
    cuts = [with_cut(frozen, outcome, story, programme, slot, "behind") for slot in able]
    best = max(cuts, key=lambda cut: (cut.last_tier, cut.last_place))
    return best if best.last_place > 0 else msgspec.structs.replace(story, verdict="full")


def one_more(frozen: FrozenRound, market: Market, programmes: list[int]) -> tuple[Market, bool]:
    """Return the market with one more home of each of ``programmes``.

    And whether no slot of theirs has lost a seat to the rounding of the others.
    """
    capacity, seats = market.capacity.copy(), market.group_seats.copy()
    grows = True
    for programme in programmes:
        homes = frozen.programmes[programme]
        part = slice(market.first_group[programme], market.first_group[programme + 1])
        capacity[programme] += 1
        slots = frozen.policies[homes.policy].slot
        seats[part] = slot_seats(slots, homes.capacity + 1, homes.own)
        more = seats[part] - market.group_seats[part]
        grows &= bool((more >= 0).all()) and int(more.sum()) <= 1
    return market._replace(capacity=capacity, group_seats=seats), grows


def with_one_more_home(
    frozen: FrozenRound, market: Market, missed: list[int], at: int, home: int
) -> dict[int, int]:
    """Return the home the applicant in row ``at`` would have, -1 for none, with one more of each.

    ``home`` is the one it has, of all homes as they are.

    Where every slot keeps its seats, one more home harms nobody. What is lost with one more home in
    all of those programmes is then lost with one more in one of them, and is not asked again.
    """
    growing = [p for p in missed if one_more(frozen, market, [p])[1]]
    most = match_market(one_more(frozen, market, growing)[0])
    lost = np.where(most.choice < 0, np.int32(market.edges.shape[1]), most.choice)

    def home_in(match: Match) -> int:
        place = int(match.choice[at])
        return int(market.edges["programme"][at, place]) if place >= 0 else -1

    homes = {}
    for programme in missed:
        more, grows = one_more(frozen, market, [programme])
        if grows and home_in(most) == home:
            homes[programme] = home
        else:
            homes[programme] = home_in(match_market(more, lost if grows else None))
    return homes
