"""One number's story, from the stored round: rank, tier, every cut-off, the rule that decided.

What one more home would have changed is found by running the frozen round again with it.
"""

import msgspec
import numpy as np

from huiguan.foundation.faults import CheckFault, InputFault
from huiguan.housing.allocation.deferred import match_market
from huiguan.housing.allocation.market import CLASSES, Market, Match
from huiguan.housing.allocation.reserves import REST, slot_seats
from huiguan.housing.check.whole import REST_SLOT, CheckedOutcome
from huiguan.housing.round.draw import number_is_valid
from huiguan.housing.round.frozen import (
    STATES,
    FrozenRound,
    build_market,
    claim_classes,
    lottery_rows,
    read_facts,
)


class ChoiceStory(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one choice.

    ``verdict``: "got"; "behind" (the last one served stands before); "full" (no seat is open to the
    applicant); "size" or "sex" (the home does not fit); "later" (a better choice was got);
    "below-home" (a tenant named it after the present home).
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


def explain(frozen: FrozenRound, outcome: CheckedOutcome, number: str) -> Story:
    """Return the story of ``number``; re-runs the round once for every better choice missed."""
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
    home = int(outcome.result_programme[result])
    choices = tell_choices(frozen, outcome, market, row, at, result)
    got = next((choice for choice in choices if choice.verdict == "got"), None)
    policy = frozen.policies[frozen.programmes[home].policy] if got else None
    return Story(
        number=number,
        state="in",
        applications=rows.size,
        rank=int(rank[row]),
        place=at + 1,
        tickets=int(frozen.weight[row]),
        home=got.programme if got else "",
        slot=got.slot if got else "",
        rule=policy.source if policy else "",
        rule_status=policy.status if policy else "",
        choices=tuple(choices),
    )


def tell_choices(
    frozen: FrozenRound, outcome: CheckedOutcome, market: Market, row: int, at: int, result: int
) -> list[ChoiceStory]:
    """Return the story of every choice on the list of application ``row``.

    ``at`` is its row in the market, ``result`` its row in ``results.csv``.
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
    better = with_one_more_home(frozen, market, list(missed), at, home) if missed else {}
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


WORDS: dict[str, dict[str, str]] = {
    "en": {
        "head": "Application {number}: rank {rank} of {applications} in the draw.",
        "tickets": "It held {tickets} tickets; the best one counts.",
        "place": "In the order the homes use, by list date first, it stands at place {place}.",
        "out": "Application {number} took no part in the draw: {state}.",
        "home": "Result: {home}, in the slot '{slot}'.",
        "none": "Result: no home in this round.",
        "again": "After re-run {rerun}, which counts now: {rerun_home}, "
        "in the slot '{rerun_slot}'.",
        "again-none": "After re-run {rerun}, which counts now: no home.",
        "rule": "The slot follows {rule} (status: {status}).",
        "got": "got it: tier {tier}, place {here}{last}",
        "last": "; the last one served there has tier {last_tier}, place {last_place}",
        "behind": "not got: tier {tier}, place {here}; in the slot '{slot}' ({seats} seats) the "
        "last one served has tier {last_tier}, place {last_place}",
        "full": "not got: it has no seat for this application",
        "size": "not possible: made for households of another size",
        "sex": "not possible: the rooms are for the other sex, or the sex was not given",
        "later": "not needed: a better choice was got",
        "below-home": "not needed: named after the present home",
        "more": "    with one more home there the result would have been {one_more}",
        "same": "    one more home there would have changed nothing for this application",
        "refused": "refused",
        "withdrawn": "withdrawn",
        "void": "void",
    },
    "zh": {
        "head": "申请编号 {number}：摇号名次第 {rank} 名，共 {applications} 份申请。",
        "tickets": "该申请有 {tickets} 张签，以最好的一张为准。",
        "place": "先按登记日期、再按摇号名次排列，排在第 {place} 位。",
        "out": "申请编号 {number} 未参加摇号：{state}。",
        "home": "结果：{home}，名额类别“{slot}”。",
        "none": "结果：本轮未分到房源。",
        "again": "以第 {rerun} 次递补结果为准：{rerun_home}，名额类别“{rerun_slot}”。",
        "again-none": "以第 {rerun} 次递补结果为准：未分到房源。",
        "rule": "该类名额依据 {rule}（状态：{status}）。",
        "got": "分到：优先级 {tier}，排位 {here}{last}",
        "last": "；该处最后一名的优先级为 {last_tier}，排位为 {last_place}",
        "behind": "未分到：优先级 {tier}，排位 {here}；名额类别“{slot}”（{seats} 个）的最后一名"
        "优先级为 {last_tier}，排位为 {last_place}",
        "full": "未分到：没有向该申请开放的名额",
        "size": "不适用：面向其他人数的家庭",
        "sex": "不适用：房间限另一性别，或未申报性别",
        "later": "无需：已分到更靠前的志愿",
        "below-home": "无需：排在现住房之后",
        "more": "    若该处多一个名额，结果会是 {one_more}",
        "same": "    若该处多一个名额，该申请的结果不变",
        "refused": "未通过审核",
        "withdrawn": "已撤回",
        "void": "已作废",
    },
}


def tell(story: Story, language: str) -> list[str]:
    """Return the story in ``language``, "zh" or "en", line by line."""
    if language not in WORDS:
        raise InputFault(f"the story is told in zh or en, not in {language!r}")
    words = WORDS[language]
    if story.state != "in":
        return [words["out"].format(number=story.number, state=words[story.state])]
    facts = msgspec.structs.asdict(story)
    lines = [words["head"].format(**facts)]
    if story.tickets > 1:
        lines.append(words["tickets"].format(**facts))
    if story.place != story.rank:
        lines.append(words["place"].format(**facts))
    lines.append(words["home" if story.home else "none"].format(**facts))
    if story.rerun:
        lines.append(words["again" if story.rerun_home else "again-none"].format(**facts))
    if story.rule:
        lines.append(words["rule"].format(rule=story.rule, status=story.rule_status))
    for choice in story.choices:
        detail = msgspec.structs.asdict(choice)
        last = words["last"].format(**detail) if choice.last_place > 0 else ""
        text = words[choice.verdict].format(here=story.place, last=last, **detail)
        lines.append(f"{choice.place:>3}. {choice.programme}: {text}")
        if choice.verdict in ("behind", "full"):
            lines.append(words["more" if choice.one_more else "same"].format(**detail))
    return lines
