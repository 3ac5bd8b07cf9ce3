"""The story of a number in words: Chinese or English, line by line."""

import msgspec

from huiguan.foundation.faults import InputFault
from huiguan.housing.explain import Story

WORDS: dict[str, dict[str, str]] = {
    "en": {
        "head": "Application {number}: rank {rank} of {applications} in the draw.",
        "tickets": "It held {tickets} tickets; the best one counts.",
        "place": "In the order the homes use, by list date first, it stands at place {place}.",
        "out": "Application {number} took no part in the draw: {state}.",
        "home": "Result: {home}, in the slot '{slot}'.",
        "none": "Result: no home in this round.",
        "first": "The first result was {home}, in the slot '{slot}'.",
        "first-none": "The first result was no home.",
        "again": "After re-run {rerun}, which counts now: {rerun_home}, "
        "in the slot '{rerun_slot}'.",
        "again-none": "After re-run {rerun}, which counts now: no home.",
        "why-withdrawn": "It withdrew, so it holds no home and waits for none.",
        "why-settled": "It settled for this home and keeps it, whoever withdraws.",
        "why-kept": "Nothing better came free for it; a held offer never worsens.",
        "why-risen": "It rose, because others withdrew and it was the next to stand there.",
        "why-got": "It got a home at last, because others withdrew and it was the next in line.",
        "why-none": "What came free went to applications that stand before it; see each choice.",
        "settled": "not asked for any more: it settled",
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
        "first": "首次结果：{home}，名额类别“{slot}”。",
        "first-none": "首次结果：未分到房源。",
        "again": "以第 {rerun} 次递补结果为准：{rerun_home}，名额类别“{rerun_slot}”。",
        "again-none": "以第 {rerun} 次递补结果为准：未分到房源。",
        "why-withdrawn": "该申请已撤回，不再持有房源，也不再轮候。",
        "why-settled": "该申请已确认此房源，他人撤回与否均予保留。",
        "why-kept": "没有更靠前的志愿空出；已持有的结果不会变差。",
        "why-risen": "因他人撤回、该申请排位在先，升到更靠前的志愿。",
        "why-got": "因他人撤回、该申请排位在先，递补分到房源。",
        "why-none": "空出的房源由排位更靠前的申请递补；详见各志愿。",
        "settled": "不再要求：已确认现结果",
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


def why_again(story: Story) -> str:
    """Return why the last re-run gave what it gave: the end of a key of ``WORDS``."""
    if story.answer:
        return story.answer
    if not story.rerun_home:
        return "none"
    if not story.home:
        return "got"
    return "kept" if story.rerun_home == story.home else "risen"


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
    if story.rerun:
        lines.append(words["again" if story.rerun_home else "again-none"].format(**facts))
        lines.append(words["why-" + why_again(story)])
        lines.append(words["first" if story.home else "first-none"].format(**facts))
    else:
        lines.append(words["home" if story.home else "none"].format(**facts))
    if story.rule:
        lines.append(words["rule"].format(rule=story.rule, status=story.rule_status))
    for choice in story.choices:
        detail = msgspec.structs.asdict(choice)
        last = words["last"].format(**detail) if choice.last_place > 0 else ""
        text = words[choice.verdict].format(here=story.place, last=last, **detail)
        lines.append(f"{choice.place:>3}. {choice.programme}: {text}")
        if choice.verdict in ("behind", "full") and not story.rerun:
            lines.append(words["more" if choice.one_more else "same"].format(**detail))
    return lines
