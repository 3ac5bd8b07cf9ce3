"""Applications as an office keeps them in a spreadsheet: one row for each person who will live in.

Rows with the same id of an application belong together; the first is the applicant's and carries
what concerns the whole. Every fault of every cell is found, not only the first; nothing is guessed.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from itertools import combinations
from typing import Any, NamedTuple

import msgspec

from huiguan.foundation.faults import InputFault
from huiguan.foundation.readers.names import identity_document, name, office_id, person_name
from huiguan.foundation.readers.sheets import Column
from huiguan.foundation.readers.values import day, decimal, shown, whole_number
from huiguan.housing.people.alike import Decided, decide
from huiguan.housing.people.faults import CellFault, Row, read_rows
from huiguan.housing.people.household import Fact
from huiguan.housing.round.draw import MOST_TICKETS
from huiguan.housing.round.frozen import FACTS
from huiguan.housing.rules import HomeRules

A_DAY = "day like 2026-07-01; 2026/7/1 and 2026年7月1日 too"
YES_NO = ("yes", "no")
YES = {"yes": True, "是": True, "TRUE": True, "no": False, "否": False, "FALSE": False}
SEX = {"f": "f", "女": "f", "m": "m", "男": "m", "": ""}
WRITTEN_DAY = re.compile(r"([0-9]{4})[-/年]([0-9]{1,2})[-/月]([0-9]{1,2})日?")
BETWEEN = re.compile(r"[ ,;，；、]+")
BY_ROWS = "rows of the application"  # the source of the number of heads, where none is given
PEOPLE = (
    Column("application", "your own id", "rows with one id are one application", "2026-0117",
           chinese="申请编号"),
    Column("person", "your own id", "one for each person, in every application", "P-4711",
           chinese="人员编号"),
    Column("received", A_DAY, "when it was received; in this order numbers are given",
           "2026-06-02", chinese="收到日期"),
    Column("scheme", "word", "the scheme applied for; by default --scheme", "arh", (), "",
           "保障类别"),
    Column("withdrawn", "word", "the application was taken back", "no", YES_NO, "no", "已撤回"),
    Column("id_number", "number of an identity card, a residence or travel permit, or a passport as"
           " GBR:123456789; as text", "finds one person under two ids; never written out",
           "", (), "", "身份证号"),
    Column("name", "text", "finds people who may be one; never written out", "", (), "", "姓名"),
    Column("birth", A_DAY, "day of birth", "1996-04-05", (), "", "出生日期"),
    Column("sex", "word", "for rooms of one sex", "f", ("f", "m"), "", "性别"),
    Column("heads", "whole number", "people of the household; by default its rows", "2", (), "",
           "人数"),
    Column("choices", "programmes with blanks between", "best first", "MQ-01.room MQ-05.bed-f",
           (), "", "志愿"),
    Column("own_home", "code of a place of the estate", "the home a tenant lives in now",
           "MQ-01-009", (), "", "现住房"),
    Column("claims", "codes with blanks between", "claims to reserved homes, proved", "access",
           (), "", "优先资格"),
    Column("tickets", f"whole number from 1 to {MOST_TICKETS}", "tickets in the draw", "1", (),
           "1", "签数"),
    Column("since", A_DAY, 'list date, for `lottery = "since"`', "", (), "", "轮候日期"),
    Column("source", "text", "who says the facts of the row", "property register", (), "", "来源"),
    Column("known_on", A_DAY, "since when they are known", "2026-06-12", (), "", "核实日期"),
    Column("expires", A_DAY, "from when they count no longer", "2026-12-12", (), "", "失效日期"),
)  # fmt: skip
OF_PERSONS = ("application", "person", "id_number", "name")  # each row has its own
ABOUT_FACTS = ("source", "known_on", "expires")
CHINESE_FACTS = {
    "employed_in_city": "在本市就业", "owns_home": "本市有住房", "floor_area_m2": "家庭建筑面积",
    "residence_permit": "居住证", "labour_contract": "劳动合同", "social_insurance": "社会保险",
    "uses_other_housing_benefit": "享受其他住房保障", "employer_qualified": "用人单位合格",
    "work_group": "工种", "works_for_project_owner": "项目单位职工",
    "has_minor_child": "有未成年子女",
}  # fmt: skip


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """One application as it was written down; persons by the office's own ids."""

    line: int  # of the applicant
    own_id: str
    received: date
    scheme: str
    persons: tuple[str, ...]  # the applicant first
    heads: int
    facts: tuple[Fact, ...]
    sex: str = ""
    choices: tuple[str, ...] = ()
    own_home: str = ""
    claims: tuple[str, ...] = ()
    tickets: int = 1
    since: str = ""
    withdrawn: bool = False


class Forms(NamedTuple):
    """What a table of people says: applications, faults, and what somebody should look at."""

    forms: list[Form]
    faults: list[CellFault]
    notes: list[str]


def fact_columns(rules: HomeRules, schemes: Iterable[str] = ()) -> list[Column]:
    """Return a column for every fact that a condition or tier of the schemes asks for.

    No scheme means all of the book. The number of heads and the day of birth have columns of their
    own.
    """
    wanted = set(schemes)
    found: dict[str, Column] = {}

    def add(fact: str, form: str, says: str, words: Iterable[str] = ()) -> None:
        column = Column(fact, form, says, "", tuple(words), "", CHINESE_FACTS.get(fact, ""))
        found.setdefault(fact, column)

    for condition in rules.condition:
        if wanted and condition.schemes and not wanted & set(condition.schemes):
            continue
        if condition.test == "area_below":
            add("owns_home", "word", "has a home in the city", YES_NO)
            add(condition.fact, "decimal", "floor area of the household's homes, m2")
        elif condition.test == "one_of":
            add(condition.fact, "text", condition.article, condition.values)
        elif condition.test != "age_between":
            add(condition.fact, "word", condition.article, YES_NO)
    for tier in rules.tier:
        if not wanted or not tier.schemes or wanted & set(tier.schemes):
            add(tier.fact, "word", f"tier {tier.tier}: {tier.article}", YES_NO)
    own = {column.name for column in PEOPLE} | {"heads"}
    return [column for fact, column in found.items() if fact not in own]


def a_day(text: str, what: str) -> date:
    """Return a day as people and spreadsheets write it, the year first."""
    found = WRITTEN_DAY.fullmatch(text)
    year, month, day_of_month = found.groups() if found else (text, "", "")
    return day(f"{year}-{month:0>2}-{day_of_month:0>2}" if found else text, what)


def yes_or_no(text: str, what: str) -> bool:
    """Return whether a cell says yes."""
    if text not in YES:
        raise InputFault(f"{what}: {shown(text)} is neither yes nor no")
    return YES[text]


def a_sex(text: str, what: str) -> str:
    """Return f or m, or nothing where nothing was said."""
    if text not in SEX:
        raise InputFault(f"{what}: {shown(text)} is neither f nor m")
    return SEX[text]


def codes(text: str, what: str, form: re.Pattern[str]) -> tuple[str, ...]:
    """Return the codes of a list, each of a form and named once."""
    listed = tuple(code for code in BETWEEN.split(text) if code)
    for code in listed:
        if not form.fullmatch(code):
            raise InputFault(f"{what}: {shown(code)} is no code; write letters, digits, . _ or -")
    twice = [code for code in listed if listed.count(code) > 1]
    if twice:
        raise InputFault(f"{what}: {twice[0]} is named twice")
    return listed


def optional(read: Callable[[str, str], Any]) -> Callable[[str, str], Any]:
    """Return the reader of a cell that may be empty."""
    return lambda text, what: read(text, what) if text else ""


def an_area(text: str, what: str) -> str:
    """Return an area as it is written, if it is one."""
    decimal(text, what, 0)
    return text


READERS: dict[str, Callable[[str, str], Any]] = {
    "application": office_id,
    "person": office_id,
    "received": a_day,
    "scheme": optional(name),
    "withdrawn": yes_or_no,
    "id_number": optional(identity_document),
    "name": optional(person_name),
    "birth": optional(a_day),
    "sex": a_sex,
    "heads": optional(lambda text, what: whole_number(text, what, 1, 99)),
    "choices": lambda text, what: codes(text, what, FACTS["own"]),
    "own_home": optional(office_id),
    "claims": lambda text, what: codes(text, what, FACTS["claim"]),
    "tickets": lambda text, what: whole_number(text, what, 1, MOST_TICKETS),
    "since": optional(a_day),
    "source": optional(name),
    "known_on": optional(a_day),
    "expires": optional(a_day),
}


def fact_reader(column: Column) -> Callable[[str, str], Any]:
    """Return the reader of a fact that may be unknown."""
    if column.words == YES_NO:
        return optional(yes_or_no)
    return optional(an_area if column.form == "decimal" else name)


def read_cells(
    rows: Sequence[tuple[int, Mapping[str, str]]], facts: Sequence[Column]
) -> tuple[list[tuple[int, Row]], list[CellFault]]:
    """Return what the cells of a table of people say, and every cell that says nothing."""
    readers = READERS | {column.name: fact_reader(column) for column in facts}
    return read_rows(rows, (*PEOPLE, *facts), readers)


def read_forms(
    rows: Sequence[tuple[int, Mapping[str, str]]],
    facts: Sequence[Column],
    scheme: str,
    decided: Sequence[tuple[int, Decided]] = (),
) -> Forms:
    """Return the applications of a table of people; with faults the applications are none.

    ``decided`` says of people alike whether they are one; a fault in it has ``table`` set.
    """
    read, faults = read_cells(rows, facts)
    if faults:
        return Forms([], faults, [])
    persons, faults, notes = one_person_an_id(read, decided)
    groups: dict[str, list[tuple[int, Row]]] = defaultdict(list)
    for line, row in read:
        groups[row["application"]].append((line, row))
    forms = []
    for group in groups.values():
        found = [*contradictions(group), *faults_of_group(group, persons, facts)]
        faults += found
        if not found:
            forms.append(form_of(group, persons, facts, scheme))
    return Forms([] if faults else forms, sorted(faults), notes)


def one_person_an_id(
    read: list[tuple[int, Row]], decided: Sequence[tuple[int, Decided]]
) -> tuple[dict[str, str], list[CellFault], list[str]]:
    """Return which id stands for whom, faults, and who may be one person under two ids.

    People with one identity number are one, and those of whom that was decided: they stand under
    the id that comes first. Nobody is told again of two who were found to be different.
    """
    persons: dict[str, str] = {}
    identities: dict[str, str] = {}
    first: dict[str, tuple[int, str]] = {}
    spelt: dict[str, str] = {}
    faults, notes = [], []
    for line, row in read:
        person, identity = row["person"], row["id_number"]
        persons.setdefault(person, person)
        if spelt.setdefault(person.casefold(), person) != person:
            other = spelt[person.casefold()]
            faults.append(CellFault(line, "person", f"{person} and {other} differ in case alone"))
        if identity:
            line_before, before = first.setdefault(person, (line, identity))
            if before != identity:
                what = f"{person} has another number in row {line_before}"
                faults.append(CellFault(line, "id_number", what))
            known = identities.setdefault(identity, person)
            if known != person and persons[person] != known:
                persons[person] = known
                notes.append(
                    f"row {line}: {person} and {known} have one identity number: one person"
                )
    faults += decide(persons, decided)
    return persons, faults, [*notes, *alike(read, persons, decided)]


def alike(
    read: list[tuple[int, Row]],
    persons: Mapping[str, str],
    decided: Sequence[tuple[int, Decided]],
) -> list[str]:
    """Return a sentence for each group of one name and birth of which something is undecided."""
    groups: dict[tuple[str, date], set[str]] = defaultdict(set)
    for _, row in read:
        if row["name"] and row["birth"]:
            groups[row["name"], row["birth"]].add(persons[row["person"]])
    different = {frozenset((persons.get(row.person), persons.get(row.other))) for _, row in decided}
    return [
        f"{', '.join(sorted(group))} have one name and one day of birth: are they one person?"
        for group in groups.values()
        if any(frozenset(pair) not in different for pair in combinations(sorted(group), 2))
    ]


def contradictions(group: list[tuple[int, Row]]) -> list[CellFault]:
    """Return where a later row of an application says something else than its first."""
    first_line, first = group[0]
    return [
        CellFault(line, column, f"row {first_line} of the application says something else")
        for line, row in group[1:]
        for column, value in row.items()
        if column not in (*OF_PERSONS, *ABOUT_FACTS, "birth", "sex", "withdrawn", "tickets")
        and value not in ("", ())
        and value != first[column]
    ]


def faults_of_group(
    group: list[tuple[int, Row]], persons: Mapping[str, str], facts: Sequence[Column]
) -> list[CellFault]:
    """Return what is wrong with an application as a whole."""
    line, first = group[0]
    faults = []
    seen: dict[str, int] = {}
    for at, row in group:
        before = seen.setdefault(persons[row["person"]], at)
        if before != at:
            what = f"{row['person']} stands in row {before} of the application already"
            faults.append(CellFault(at, "person", what))
    if first["heads"] and first["heads"] < len(group):
        what = f"the application has {len(group)} rows and only {first['heads']} heads"
        faults.append(CellFault(line, "heads", what))
    given = [c.name for c in facts if first[c.name] != ""]
    faults += [
        CellFault(line, column, f"{given[0]} is given; who says so, since when?")
        for column in ("source", "known_on")
        if given and not first[column]
    ]
    if first["expires"] and first["known_on"] and first["expires"] <= first["known_on"]:
        faults.append(CellFault(line, "expires", "the facts expire before they count"))
    return faults


def form_of(
    group: list[tuple[int, Row]],
    persons: Mapping[str, str],
    facts: Sequence[Column],
    scheme: str,
) -> Form:
    """Return the application of rows that are right."""
    line, row = group[0]
    source, known_on, expires = row["source"], row["known_on"], row["expires"] or None
    known = [
        Fact(name=c.name, value=row[c.name], source=source, known_on=known_on, expires=expires)
        for c in facts
        if row[c.name] != ""
    ]
    heads = row["heads"] or len(group)
    known.append(Fact(name="heads", value=heads, source=BY_ROWS, known_on=row["received"]))
    if row["birth"]:
        birth = row["birth"].isoformat()
        known.append(Fact(name="birth", value=birth, source=BY_ROWS, known_on=row["received"]))
    return Form(
        line=line,
        own_id=row["application"],
        received=row["received"],
        scheme=row["scheme"] or scheme,
        persons=tuple(persons[entry["person"]] for _, entry in group),
        heads=heads,
        facts=tuple(known),
        sex=row["sex"],
        choices=row["choices"],
        own_home=row["own_home"],
        claims=row["claims"],
        tickets=row["tickets"],
        since=row["since"].isoformat() if row["since"] else "",
        withdrawn=row["withdrawn"],
    )
