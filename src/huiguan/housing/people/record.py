"""What an intake decided: numbers, states, and what every rule said of every application.

It is the office's own record: it holds the ids by which the office knows people, and never goes
into the folder of a round.
"""

from collections.abc import Mapping, Sequence
from datetime import date

import msgspec

from huiguan.foundation.faults import InputFault
from huiguan.housing.people.alike import Decided
from huiguan.housing.people.eligibility import Answer, Judgement
from huiguan.housing.people.forms import BY_ROWS, CHINESE_FACTS, PEOPLE, Form
from huiguan.housing.people.intake import Received, Verdict, verdicts
from huiguan.housing.round.draw import application_number, number_is_valid
from huiguan.housing.rules import HomeRules

FACTS_IN_CHINESE = {column.name: column.chinese for column in PEOPLE} | CHINESE_FACTS


class KnownFact(msgspec.Struct, frozen=True, kw_only=True):
    """A fact that a rule was asked with, as text."""

    name: str
    value: str
    source: str
    known_on: date


class RuleAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What one dated rule said: the row, its article, the answer, and the facts it rests on."""

    rule: str
    chinese: str
    effective: date
    article: str
    status: str
    answer: Answer
    reason: str
    facts: tuple[KnownFact, ...]


class Applied(msgspec.Struct, frozen=True, kw_only=True):
    """An application with its number, under the office's own ids."""

    number: str
    application: str
    persons: tuple[str, ...]
    scheme: str
    received: date
    state: str
    tier: int
    size: int
    reasons: tuple[str, ...]
    rules: tuple[RuleAnswer, ...]


class Intake(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Every application that was ever taken in, in order of number."""

    format: int = 1
    city: str
    on: date
    policy: str
    applications: tuple[Applied, ...]
    decided: tuple[Decided, ...] = ()  # which people alike are one, and who says so


def numbered(known: Mapping[str, str], forms: Sequence[Form]) -> dict[str, str]:
    """Return own id -> number: a number that was given stays, new ones follow in order of receipt.

    Of a day the order of the rows counts.
    """
    last = max((int(number[:-1]) for number in known.values()), default=0)
    fresh = [form for form in forms if form.own_id not in known]
    fresh.sort(key=lambda form: (form.received, form.line))
    new = {form.own_id: application_number(last + at) for at, form in enumerate(fresh, 1)}
    return {**known, **new}


def missing(known: Mapping[str, str], forms: Sequence[Form]) -> list[str]:
    """Return a sentence for every application that has a number and no row any more."""
    here = {form.own_id for form in forms}
    return [
        f"application {own_id} was taken in as {number} and has no row now; keep its rows, with "
        "withdrawn = yes if it was taken back"
        for own_id, number in known.items()
        if own_id not in here
    ]


def judged(
    forms: Sequence[Form], numbers: Mapping[str, str], rules: HomeRules, on: date, policy: str
) -> Intake:
    """Return the state of every application on a day, and what each rule says of it."""
    place = {
        form.own_id: at
        for at, form in enumerate(sorted(forms, key=lambda f: (f.received, numbers[f.own_id])), 1)
    }
    received = [
        Received(
            number=numbers[form.own_id],
            received=place[form.own_id],
            persons=form.persons,
            scheme=form.scheme,
            facts=form.facts,
        )
        for form in forms
        if not form.withdrawn
    ]
    found = {v.number: v for v in verdicts(received, rules, on, policy)}  # type: ignore[arg-type]
    applied = [applied_of(form, numbers[form.own_id], found) for form in forms]
    applied.sort(key=lambda entry: entry.number)
    return Intake(city=rules.city, on=on, policy=policy, applications=tuple(applied))


def applied_of(form: Form, number: str, found: Mapping[str, Verdict]) -> Applied:
    """Return one application as it is recorded; one that was taken back was not judged."""
    verdict = found.get(number)
    return Applied(
        number=number,
        application=form.own_id,
        persons=form.persons,
        scheme=form.scheme,
        received=form.received,
        state=verdict.state if verdict else "withdrawn",
        tier=verdict.tier if verdict else 0,
        size=form.heads,
        reasons=verdict.reasons if verdict else (),
        rules=tuple(map(rule_answer, verdict.findings)) if verdict else (),
    )


def rule_answer(finding: Judgement) -> RuleAnswer:
    """Return a finding as it is recorded."""
    facts = tuple(
        KnownFact(
            name=fact.name,
            value={True: "yes", False: "no"}[fact.value]
            if isinstance(fact.value, bool)
            else str(fact.value),
            source=fact.source,
            known_on=fact.known_on,
        )
        for fact in finding.facts
    )
    return RuleAnswer(
        rule=finding.condition,
        chinese=finding.chinese or finding.condition,
        effective=finding.effective,
        article=finding.article,
        status=finding.status,
        answer=finding.answer,
        reason=finding.reason,
        facts=facts,
    )


def application_of(intake: Intake, known_as: str) -> Applied:
    """Return an application by its number or by the office's own id."""
    for entry in intake.applications:
        if known_as in (entry.number, entry.application):
            return entry
    what = "number" if number_is_valid(known_as) else "own id"
    raise InputFault(f"no application of this intake has the {what} {known_as!r}")


WORDS = {
    "en": {
        "head": "Application {number} (own id {application}), received {received}, "
        "scheme {scheme}.",
        "in": "It takes part, in tier {tier}.",
        "refused": "It is refused: a rule says no, or a fact is missing.",
        "void": "It is void: {reasons}.",
        "withdrawn": "It was withdrawn.",
        "yes": "yes",
        "no": "NO",
        "unknown": "UNKNOWN",
        "rule": "  {answer}: {rule} (since {effective}, {status}): {article}",
        "facts": "      {reason}",
        "fact": "{name} = {value} ({source}, {known_on})",
        "bring": "      bring a proof before the freeze, and it is asked again",
    },
    "zh": {
        "head": "申请编号 {number}（本单位编号 {application}），收到日期 {received}，"
        "类别 {scheme}。",
        "in": "参加本轮，优先级 {tier}。",
        "refused": "未通过审核：有条件不符合，或缺少事实。",
        "void": "已作废：{reasons}。",
        "withdrawn": "已撤回。",
        "yes": "符合",
        "no": "不符合",
        "unknown": "无法判断",
        "rule": "  {answer}：{chinese}（规则 {rule}，自 {effective} 起，状态 {status}；{article}）",
        "facts": "      依据：{facts}",
        "fact": "{name} = {value}（{source}，{known_on}）",
        "bring": "      请在冻结前补充证明，届时重新审核",
    },
}


def fact_told(fact: KnownFact, language: str) -> str:
    """Return a fact with its source and day; names and yes or no in the language."""
    plain = msgspec.structs.asdict(fact)
    if language == "zh":
        plain["name"] = FACTS_IN_CHINESE.get(fact.name, fact.name)
        plain["value"] = {"yes": "是", "no": "否"}.get(fact.value, fact.value)
        plain["source"] = "申请人员行数" if fact.source == BY_ROWS else fact.source
    return WORDS[language]["fact"].format(**plain)


def tell_applied(entry: Applied, language: str) -> list[str]:
    """Return why an application is in, refused or void, line by line, in "zh" or "en"."""
    words = WORDS[language]
    plain = msgspec.structs.asdict(entry) | {"reasons": "; ".join(entry.reasons)}
    lines = [words["head"].format(**plain), words[entry.state].format(**plain)]
    order = {Answer.NO: 0, Answer.UNKNOWN: 1, Answer.YES: 2}
    for row in sorted(entry.rules, key=lambda row: order[row.answer]):
        said = msgspec.structs.asdict(row) | {"answer": words[row.answer]}
        lines.append(words["rule"].format(**said))
        facts = [fact_told(fact, language) for fact in row.facts]
        if facts or language == "en":
            lines.append(words["facts"].format(reason=row.reason, facts="; ".join(facts)))
        if row.answer is Answer.UNKNOWN:
            lines.append(words["bring"])
    return lines
