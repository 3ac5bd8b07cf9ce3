"""An office's table of people: numbers once and for ever, every fault by its cell, all or nothing.

The office is the one of ``homes template --example``; its rows are changed a cell at a time.
"""

import csv
import errno
import io
import json
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest

from huiguan.foundation.faults import CheckFault, InputFault
from huiguan.housing.people.forms import PEOPLE, fact_columns
from huiguan.housing.people.record import application_of, tell_applied
from huiguan.housing.round.draw import number_is_valid
from huiguan.rounds.allocate import allocate_round
from huiguan.rounds.check import check_folder
from huiguan.rounds.draw import draw_round
from huiguan.rounds.freeze import freeze, freeze_round
from huiguan.rounds.intake import Found, Wanted, take_in, taken_in
from huiguan.simulation.city.office import SECRETS, example_round, example_rows
from huiguan.storage.files import Files
from huiguan.storage.homes.office import PRIVATE
from huiguan.storage.homes.rules import read_home_rules
from huiguan.storage.homes.template import template_files, write_template
from tests.sheets import workbook_of

ON = date(2026, 9, 1)
RULES = read_home_rules()
FACTS = fact_columns(RULES)
HEADS = [column.name for column in (*PEOPLE, *FACTS)]


@pytest.fixture
def office(tmp_path: Path) -> Path:
    rows = example_rows([column.name for column in FACTS])
    write_template(tmp_path / "office", template_files(FACTS, rows, example_round()))
    return tmp_path / "office"


def wanted(office: Path, **changes: object) -> Wanted:
    estate = office / "estate"
    usual = Wanted(office / "people.csv", office / "input", ON, "arh", "last", estate, dry=False)
    return usual._replace(**changes)


def cells(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def write_people(path: Path, rows: list[dict[str, str]], encoding: str = "utf-8") -> None:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, HEADS, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))


def change(office: Path, application: str, /, **cell: str) -> None:
    """Change cells of the applicant's row of an application."""
    rows = cells(office / "people.csv")
    row = next(r for r in rows if r["application"] == application)
    row.update(cell)
    write_people(office / "people.csv", rows)


def states(found: Found) -> dict[str, str]:
    assert found.intake is not None
    return {entry.application: entry.state for entry in found.intake.applications}


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in folder.iterdir() if p.is_file()}


def test_an_intake_is_what_a_round_is_frozen_from(office: Path) -> None:
    found = take_in(wanted(office), RULES)
    assert found.intake is not None
    assert found.new == 20
    odd = {"2026-0002": "void", "2026-0004": "refused", "2026-0008": "refused"}
    odd["2026-0014"] = "refused"
    assert {own: state for own, state in states(found).items() if state != "in"} == odd
    numbers = [entry.number for entry in found.intake.applications]
    assert all(map(number_is_valid, numbers))
    assert numbers[0] == "00000001X"
    assert [entry.application for entry in found.intake.applications] == sorted(states(found))
    froze = freeze_round(office / "input", office / "round", None, estate=office / "estate")
    assert froze.differences == []
    draw_round(office / "round", "", SECRETS, "314152")
    allocate_round(office / "round")
    assert check_folder(office / "round") == []
    frozen = {path.name for path in (office / "round").rglob("*")}
    assert frozen.isdisjoint(PRIVATE)
    everything = b"".join(p.read_bytes() for p in (office / "round").rglob("*") if p.is_file())
    for row in cells(office / "people.csv"):
        assert row["application"].encode() not in everything
        assert row["name"].encode() not in everything


def test_names_and_identity_numbers_are_written_nowhere(office: Path) -> None:
    change(office, "2026-0001", id_number="11010519491231002X")
    take_in(wanted(office), RULES)
    written = b"".join(bytes_of(office / "input").values())
    assert "张伟".encode() not in written
    assert b"110105" not in written


def test_the_same_rows_again_change_no_byte(office: Path) -> None:
    take_in(wanted(office), RULES)
    before = bytes_of(office / "input")
    again = take_in(wanted(office), RULES)
    assert again.new == 0
    assert again.changed == []
    assert bytes_of(office / "input") == before


def test_numbers_stay_whatever_comes_before_them(office: Path) -> None:
    first = take_in(wanted(office), RULES).intake
    assert first is not None
    numbers = {entry.application: entry.number for entry in first.applications}
    rows = cells(office / "people.csv")
    late = {**rows[4], "application": "2026-0000", "person": "P99", "received": "2026-05-01"}
    write_people(office / "people.csv", [late, *rows])
    change(office, "2026-0004", employed_in_city="yes")
    found = take_in(wanted(office), RULES)
    assert found.intake is not None
    now = {entry.application: entry.number for entry in found.intake.applications}
    assert now == {**numbers, "2026-0000": "000000212"}  # 21 after 20, its check character 2
    assert found.new == 1
    assert found.changed == [f"{numbers['2026-0004']} (2026-0004): refused before, in now"]


def test_an_application_that_is_gone_is_missed_and_one_taken_back_is_withdrawn(
    office: Path,
) -> None:
    take_in(wanted(office), RULES)
    rows = cells(office / "people.csv")
    write_people(office / "people.csv", [r for r in rows if r["application"] != "2026-0007"])
    with pytest.raises(InputFault, match="2026-0007 was taken in as 000000079 and has no row now"):
        take_in(wanted(office), RULES)
    write_people(office / "people.csv", rows)
    change(office, "2026-0007", withdrawn="是")
    assert states(take_in(wanted(office), RULES))["2026-0007"] == "withdrawn"


def test_numbers_nobody_gave_are_not_taken_over(office: Path) -> None:
    take_in(wanted(office), RULES)
    (office / "input/intake.json").unlink()
    with pytest.raises(InputFault, match="these numbers were not given by an intake"):
        take_in(wanted(office), RULES)
    (office / "input/intake.json").write_text("{}")
    with pytest.raises(CheckFault, match="numbers must not be given twice; restore it"):
        take_in(wanted(office), RULES)


def test_a_table_of_nobody_is_refused(office: Path) -> None:
    write_people(office / "people.csv", [])
    with pytest.raises(InputFault, match="has nobody below its heads"):
        take_in(wanted(office), RULES)


def test_a_dry_run_writes_nothing(office: Path) -> None:
    before = bytes_of(office / "input")
    found = take_in(wanted(office, dry=True), RULES)
    assert states(found)["2026-0008"] == "refused"
    assert bytes_of(office / "input") == before
    none = take_in(wanted(office, dry=True, out=office / "nowhere"), RULES)
    assert none.new == 20
    assert not (office / "nowhere").exists()


@pytest.mark.parametrize(
    ("column", "text", "words"),
    [
        ("received", "2026-13-01", "is not a date"),
        ("received", "1 June", "is not a date; write it like"),
        ("employed_in_city", "maybe", "'maybe' is neither yes nor no"),
        ("floor_area_m2", "15,5", "is not a decimal number"),
        ("floor_area_m2", "-1", "is below 0"),
        ("sex", "x", "'x' is neither f nor m"),
        ("heads", "0", "is below 1"),
        ("heads", "1", "has 2 rows and only 1 heads"),
        ("tickets", "10001", "is above 10000"),
        ("choices", "MQ-01.small MQ-01.small", "is named twice"),
        ("choices", "MQ-99", "MQ-99 is not offered by the estate"),
        ("id_number", "110105194912310021", "check character is wrong"),
        ("own_home", "MQ-01-102", "is no home of a programme that is let"),
        ("source", "", "who says so, since when?"),
        ("known_on", "", "who says so, since when?"),
        ("expires", "2026-06-12", "expire before they count"),
        ("person", "Ｐ01", "is written in wide letters"),
        ("person", "P02", "stands in row 2 of the application already"),
        ("application", "", "names nothing"),
    ],
)
def test_a_fault_is_named_by_row_and_column(
    office: Path, column: str, text: str, words: str
) -> None:
    change(office, "2026-0001", **{column: text})
    before = bytes_of(office / "input")
    found = take_in(wanted(office), RULES)
    assert found.intake is None
    assert any(
        fault.column == column and fault.line in (2, 3) and words in fault.sentence
        for fault in found.faults
    ), [fault.told() for fault in found.faults]
    assert bytes_of(office / "input") == before


def test_every_fault_is_named_not_only_the_first(office: Path) -> None:
    change(office, "2026-0001", received="soon", sex="x")
    change(office, "2026-0005", tickets="0")
    found = take_in(wanted(office), RULES)
    assert [(f.line, f.column) for f in found.faults] == [
        (2, "received"),
        (2, "sex"),
        (9, "tickets"),  # 2 + 1 + 3 + 1 rows stand before it
    ]


def test_rows_of_one_application_do_not_contradict_each_other(office: Path) -> None:
    rows = cells(office / "people.csv")
    second = next(r for r in rows if r["person"] == "P02")
    second["choices"] = "MQ-01.large"
    write_people(office / "people.csv", rows)
    (fault,) = take_in(wanted(office), RULES).faults
    assert fault.told() == "row 3, column choices: row 2 of the application says something else"


def test_one_person_under_two_ids_is_one(office: Path) -> None:
    """P11 of 0007 and P10 of 0006 show one identity number: the later application stands."""
    change(office, "2026-0006", id_number="11010519491231002X")
    change(office, "2026-0007", id_number="11010519491231002x")
    found = take_in(wanted(office), RULES)
    assert states(found)["2026-0006"] == "void"
    assert states(found)["2026-0007"] == "in"
    assert any("P11 and P10 have one identity number" in note for note in found.notes)
    void = take_in(wanted(office, policy="void"), RULES)
    assert [states(void)[f"2026-000{n}"] for n in (6, 7)] == ["void", "void"]
    first = take_in(wanted(office, policy="first"), RULES)
    assert [states(first)[f"2026-000{n}"] for n in (6, 7)] == ["in", "void"]


def test_an_old_number_and_a_renewed_permit_are_the_same_person(office: Path) -> None:
    change(office, "2026-0006", id_number="11010519491231002X")
    change(office, "2026-0007", id_number="110105491231002")
    change(office, "2026-0011", id_number="H1234567800")
    change(office, "2026-0012", id_number="H12345678")
    found = take_in(wanted(office), RULES)
    assert [note.split(" have ")[0] for note in found.notes if "identity number" in note] == [
        "row 12: P11 and P10",
        "row 20: P18 and P17",
    ]
    assert [states(found)[f"2026-00{n}"] for n in ("06", "07", "11", "12")] == [
        "void", "in", "void", "in",
    ]  # fmt: skip


def test_a_number_that_a_spreadsheet_has_rounded_is_refused_by_its_row(office: Path) -> None:
    change(office, "2026-0006", id_number="1.10105E+17")
    (fault,) = take_in(wanted(office), RULES).faults
    assert fault.told().startswith("row 11, column id_number: ")
    assert "format the column as text" in fault.told()


def test_people_alike_are_looked_at(office: Path) -> None:
    change(office, "2026-0007", name="周 杰", birth="1999/8/8")
    found = take_in(wanted(office), RULES)
    assert any("P10, P11 have one name and one day of birth" in note for note in found.notes)


def test_two_writings_of_the_table_give_the_same_round(office: Path) -> None:
    take_in(wanted(office), RULES)
    rows = cells(office / "people.csv")
    chinese = {column.name: column.chinese or column.name for column in (*PEOPLE, *FACTS)}
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([chinese[head] for head in reversed(HEADS)])
    spelt = {"yes": "是", "no": "否", "f": "女", "m": "男"}
    writer.writerows([[spelt.get(row[h], row[h]) for h in reversed(HEADS)] for row in rows])
    (office / "gbk.csv").write_bytes(text.getvalue().encode("gbk"))
    table = [HEADS, *([row[head] for head in HEADS] for row in rows)]
    (office / "people.xlsx").write_bytes(workbook_of(table))
    for name, out in (("gbk.csv", "other"), ("people.xlsx", "third")):
        heard: list[str] = []
        given = wanted(office, people=office / name, out=office / out)
        take_in(given, RULES, heard.append)
        assert len(heard) == 1
        assert bytes_of(office / out) == {
            n: d for n, d in bytes_of(office / "input").items() if n != "round.toml"
        }


def test_why_is_told_with_rule_article_and_fact(office: Path) -> None:
    take_in(wanted(office), RULES)
    taken = taken_in(office / "input")
    by_number = application_of(taken, "000000087")
    assert by_number == application_of(taken, "2026-0008")
    english = tell_applied(by_number, "en")
    assert english[1] == "It is refused: a rule says no, or a fact is missing."
    assert english[2].startswith("  NO: floor area (since 2021-11-23, confirmed): Hu Fu Ban Gui")
    assert english[3] == "      30.00 m2 for 2 is not below 15 m2 a head"  # 15.00 is not below 15
    chinese = tell_applied(application_of(taken, "2026-0004"), "zh")
    assert chinese[2].startswith(
        "  无法判断：在本市合法就业（沪府办规〔2021〕12号）（规则 employed，自"
    )
    assert chinese[3] == "      请在冻结前补充证明，届时重新审核"
    assert tell_applied(by_number, "zh")[3] == (
        "      依据：家庭建筑面积 = 30.00（papers shown，2026-06-12）; "
        "人数 = 2（申请人员行数，2026-06-04）"
    )
    with pytest.raises(InputFault, match="has the own id '2026-0099'"):
        application_of(taken, "2026-0099")
    with pytest.raises(InputFault, match="is no folder of an intake"):
        taken_in(office)
    rows = cells(office / "input/verdicts.csv")
    refused = {(r["application"], r["rule"], r["answer"]) for r in rows if r["answer"] != "yes"}
    assert refused == {
        ("2026-0002", "void", "no"),
        ("2026-0004", "employed", "unknown"),
        ("2026-0008", "floor area", "no"),
        ("2026-0014", "work group", "no"),
    }
    assert json.loads((office / "input/intake.json").read_text("utf-8"))["on"] == "2026-09-01"


def test_a_round_of_another_estate_is_warned_of(office: Path) -> None:
    take_in(wanted(office), RULES)
    claims = office / "estate/claims.csv"
    text = claims.read_text("utf-8-sig").replace("MQ-01-102,round,2026-09", "MQ-01-102,held,repair")
    claims.write_text(text, "utf-8")
    froze = freeze_round(office / "input", office / "round", None, estate=office / "estate")
    assert froze.differences == [
        "programme MQ-01.small differs: held 1, the estate has 2; capacity 2, the estate has 1"
    ]


def test_an_estate_that_cannot_be_read_freezes_nothing(office: Path) -> None:
    """A slip in the name of the estate leaves no frozen round whose commitment nobody was told."""
    take_in(wanted(office), RULES)
    with pytest.raises(InputFault, match=r"there is no .*places"):
        freeze_round(office / "input", office / "round", None, estate=office / "estat")
    assert not (office / "round").exists()
    assert freeze(office / "input", office / "round", None)


def test_a_template_is_never_written_over(office: Path) -> None:
    with pytest.raises(InputFault, match="is there already and is not written over"):
        write_template(office, template_files(FACTS, {}, ""))


def test_an_own_id_never_reaches_a_round_that_is_its_own_input(office: Path) -> None:
    take_in(wanted(office), RULES)
    with pytest.raises(InputFault, match="has no place in a round"):
        freeze(office / "input", office / "input", None)


CALLS = ("open", "write", "flush", "flush_folder", "rename", "remove")


@pytest.mark.parametrize("step", range(0, 60, 4))
def test_an_interrupted_intake_is_the_old_one_or_the_new_one(
    office: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    """The call of the disk number ``step`` of a second intake fails, and all after it."""
    take_in(wanted(office), RULES)
    old = bytes_of(office / "input")
    change(office, "2026-0004", employed_in_city="yes")
    take_in(wanted(office, out=office / "whole"), RULES)  # what the second one comes to
    new = bytes_of(office / "whole")
    left = iter(range(step))

    def failing(name: str) -> Callable[..., object]:
        usual = getattr(Files, name)

        def call(self: Files, *given: object) -> object:
            if next(left, None) is None:
                raise OSError(errno.ENOSPC, "No space left on device")
            return usual(self, *given)

        return call

    with monkeypatch.context() as full:
        for name in CALLS:
            full.setattr(Files, name, failing(name))
        with suppress(InputFault):
            take_in(wanted(office), RULES)
    taken_in(office / "input")  # the next command finishes what was begun
    kept = {n: d for n, d in bytes_of(office / "input").items() if not n.endswith(".new")}
    changed = {name for name in new if kept[name] != old[name]}
    assert changed in (set(), {name for name in new if new[name] != old[name]})
    assert take_in(wanted(office), RULES).new == 0
    assert {n: d for n, d in bytes_of(office / "input").items() if n != "round.toml"} == new


def decide(office: Path, *rows: str) -> Path:
    """Write what was decided of people alike; P10 and P11 get one name and one day of birth."""
    change(office, "2026-0007", name="周 杰", birth="1999/8/8")
    path = office / "decisions.csv"
    path.write_text("\n".join(("人员编号,另一人员编号,认定,认定人,认定日期,理由", *rows)), "utf-8")
    return path


def test_who_is_decided_to_be_one_person_counts_once(office: Path) -> None:
    path = decide(office, "P11,P10,同一人,officer 3,2026-06-20,both passports shown")
    found = take_in(wanted(office, decided=path), RULES)
    assert found.faults == []
    assert [states(found)[f"2026-000{n}"] for n in (6, 7)] == ["void", "in"]
    assert not any("one name" in note for note in found.notes)
    (kept,) = taken_in(office / "input").decided
    assert (kept.person, kept.other, kept.same, kept.by) == ("P11", "P10", True, "officer 3")


def test_who_is_decided_to_be_two_is_not_told_of_again(office: Path) -> None:
    path = decide(office, "P10,P11,different,officer 3,2026-06-20,two registers")
    found = take_in(wanted(office, decided=path), RULES)
    assert [states(found)[f"2026-000{n}"] for n in (6, 7)] == ["in", "in"]
    assert not any("one name" in note for note in found.notes)
    assert any("one name" in note for note in take_in(wanted(office), RULES).notes)


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (("P10,P99,same,a,2026-06-20,b",), "row 2, column other: the table of people has no P99"),
        (("P10,P11,perhaps,a,2026-06-20,b",), "row 2, column decision: 'perhaps' is neither"),
        (("P10,P11,same,a,soon,b",), "row 2, column on: "),
        (("P10,P10,same,a,2026-06-20,b",), "row 2, column other: it is the same id"),
        (
            ("P10,P11,same,a,2026-06-20,b", "P11,P10,different,a,2026-06-21,b"),
            "row 3, column other: row 2 decides these two",
        ),
        (  # by way of P12 the two are one
            (
                "P10,P12,same,a,2026-06-20,b",
                "P12,P11,same,a,2026-06-20,b",
                "P10,P11,different,a,2026-06-20,b",
            ),
            "row 4, column decision: a number or another row makes P10 and P11 one",
        ),
    ],
)
def test_a_decision_that_cannot_be_is_named(office: Path, rows: tuple[str, ...], told: str) -> None:
    found = take_in(wanted(office, decided=decide(office, *rows)), RULES)
    (fault,) = found.faults
    assert fault.told().startswith(told)
    assert fault.table == "decisions.csv"
    assert not (office / "input" / "intake.json").exists()
