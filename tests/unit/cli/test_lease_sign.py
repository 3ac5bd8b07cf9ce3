"""``huiguan lease offer`` and ``sign``: from a round to leases, all of them or none."""

import csv
import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from huiguan.cli import whole_app
from huiguan.cli.language import speak
from huiguan.foundation.faults import CheckFault, InputFault
from tests.offices import give_out, run, where
from tests.trading_days import bytes_of

ON, START = "2026-09-02", "2026-10-01"


@pytest.fixture(scope="module")
def given_out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return give_out(tmp_path_factory.mktemp("given"))


@pytest.fixture
def office(given_out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("COLUMNS", "200")
    return Path(shutil.copytree(given_out, tmp_path / "office"))


def offer(office: Path, on: str = ON, *more: str) -> str:
    return run("lease", "offer", office / "leases", *where(office), "--on", on, *more)


def signing(office: Path, answer: object, on: str, *more: str) -> tuple[str, ...]:
    words = ("lease", "sign", office / "leases", answer, *where(office), "--on", on)
    return tuple(map(str, (*words, "--start", START, *more)))


def refused(office: Path, answer: object, on: str = "2026-09-03", *more: str) -> list[str]:
    """Return the faults of answers that are refused; nothing was written."""
    before = bytes_of(office)
    result = CliRunner().invoke(whole_app(), list(signing(office, answer, on, *more)))
    assert isinstance(result.exception, InputFault), result.output
    assert bytes_of(office) == before
    return [line.partition(": ")[2] for line in result.output.splitlines()]


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_the_homes_of_a_round_are_offered_by_rank(office: Path) -> None:
    """Ten of eleven homes: the eleventh is that of a tenant whom the round lets stay."""
    made = json.loads(offer(office, ON, "--json"))["made"]
    assert len(made) == 10
    small = [row for row in made if row["programme"] == "MQ-01.small"]
    assert [(row["application"], row["place"]) for row in small] == [
        ("2026-0001", "MQ-01-102"), ("2026-0006", "MQ-01-104"),  # ranks 5 and 11
    ]  # fmt: skip
    assert {row["answer_by"] for row in made} == {"2026-09-05"}
    before = bytes_of(office)
    assert "homes offered on 2026-09-02: 0" in offer(office)
    assert bytes_of(office) == before


def test_a_dry_run_writes_nothing(office: Path) -> None:
    before = bytes_of(office)
    assert "dry run: nothing was written" in offer(office, ON, "--dry-run")
    assert bytes_of(office) == before


def test_one_accepts_and_the_estate_and_the_rents_follow(office: Path) -> None:
    """A month of MQ-01-104 costs 2,700.00; the deposit is a month's rent."""
    offer(office)
    told = run(*signing(office, "2026-0006", "2026-09-03"))
    assert "answers taken: 1; leases signed: 1" in told
    (lease,) = table(office / "leases" / "leases.csv")
    assert lease["round"] == "example-2026-09"
    assert (lease["application"], lease["programme"]) == ("000000060", "MQ-01.small")
    cells = ("place", "occupants", "start", "end", "rent", "deposit")
    assert [lease[cell] for cell in cells] == [
        "MQ-01-104", "P10", START, "2027-10-01", "2700.00", "2700.00",
    ]  # fmt: skip
    claims = [row for row in table(office / "estate" / "claims.csv") if row["place"] == "MQ-01-104"]
    assert [(row["purpose"], row["owner"], row["start"], row["end"]) for row in claims] == [
        ("round", "2026-09", "2026-09-01", START), ("let", "L0001", START, "2027-10-01"),
    ]  # fmt: skip
    checked = run("lease", "check", office / "leases", "--on", START, "--estate", office / "estate")
    assert "1 lease, 1 of them running" in checked
    closed = run("lease", "close", office / "leases", "--month", "2026-10", "--json")
    assert json.loads(closed)["charged"] == {"2026-10": [1, 270_000]}
    assert "x" not in run("homes", "supply", office / "estate", "--on", START, "--json")
    assert refused(office, "2026-0006", "2026-09-04") == [
        "row 1, column answer: no such offer is open: MQ-01-104, to answer by 2026-09-05, is let"
    ]


def test_a_table_of_answers_with_an_employer(office: Path) -> None:
    """ACME signs for P17, who pays 250.00 of 500.00; the other answers are kept too."""
    offer(office)
    answers = office / "said.csv"
    answers.write_bytes(
        "申请编号,答复,承租人,单位承租,付款人\n2026-0001,stay,,,\n"
        "2026-0011,accept,ACME,yes,P17=250 ACME=rest\n2026-0017,refuse,,,\n".encode("gbk")
    )
    told = run(*signing(office, answers, "2026-09-04"))
    assert "answers taken: 3; leases signed: 1" in told
    assert "accepted, stays in line" in told
    (lease,) = table(office / "leases" / "leases.csv")
    assert (lease["lessee"], lease["by_employer"], lease["scheme"]) == ("ACME", "yes", "bed")
    payers = table(office / "leases" / "payers.csv")
    assert [(row["payer"], row["share"]) for row in payers] == [("P17", "250.00"), ("ACME", "rest")]
    run(*signing(office, "2026-0001", "2026-09-10"))  # who stayed in line takes what was kept
    assert len(table(office / "leases" / "leases.csv")) == 2
    states = {row["application"]: row["state"] for row in table(office / "leases" / "offers.csv")}
    assert [states[f"2026-00{at}"] for at in ("01", "11", "17", "05")] == [
        "let", "let", "refused", "open",
    ]  # fmt: skip


def test_who_runs_out_twice_is_out_and_the_round_gives_the_home_on(office: Path) -> None:
    """Both large flats run out twice: the round hears of it, and its next run gives them on."""
    offer(office)
    told = offer(office, "2026-09-06")
    assert "offers that ran out before: 10" in told
    answers = json.loads(offer(office, "2026-09-10", "--json"))["answers"]
    assert ["000000036", "withdrawn"] in answers
    run("round", "allocate", office / "round", "--answers", office / "leases" / "answers.csv")
    made = json.loads(offer(office, "2026-09-10", "--json"))["made"]
    assert {row["number"] for row in made}.isdisjoint(number for number, _ in answers)
    assert made
    assert table(office / "leases" / "answers.csv") == []


def test_every_fault_is_told_by_row_and_column_and_nothing_is_written(office: Path) -> None:
    offer(office)
    answers = office / "said.csv"
    answers.write_text(
        "application,answer,on,start,end,rent,deposit,occupants,payers\n"
        "2026-0002,,,,,,,,\n2026-0012,,,,,,,,P18=250\n2026-0018,,,,,,,,P18\n"
        "2026-0001,,2026-09-06,,,,,,\n2026-0006,,,,2027-01-01,,,,\n2026-0005,,,,,9999,,,\n"
        "2026-0003,perhaps,,,,,,,\n2026-0015,,,,,,600,,\n2026-0019,,2026-09-01,,,,,,\n"
    )
    assert refused(office, answers) == [
        "row 2, column application: the round example-2026-09 gives 2026-0002 no home",
        "row 3, column payers: exactly one payer must take the rest",
        "row 4, column payers: 'P18' is no payer with a share; write P17=300",
        (
            "row 5, column answer: the last day to answer has passed: MQ-01-102, to answer by"
            " 2026-09-05, is not answered yet"
        ),
        "row 6, column end: shorter than the least term",
        "row 7, column rent: above the rent ceiling",
        (
            "row 8, column answer: 'perhaps' is none of the words there are: 'accept', 'stay',"
            " 'refuse'"
        ),
        "row 9, column deposit: above the deposit limit",
        "row 10, column on: offer 7 of 2026-09-02 was not made yet on 2026-09-01",
    ]


def test_faults_in_chinese(office: Path) -> None:
    offer(office)
    result = CliRunner().invoke(
        whole_app(), [*signing(office, "2026-0001", "2026-09-06"), "--lang", "zh"]
    )
    speak("en")
    assert "第 1 行，answer 列：已过答复期限：MQ-01-102，答复期限 2026-09-05，状态 尚未答复" in (
        result.output
    )


def test_nobody_is_housed_twice_and_heads_fit(office: Path) -> None:
    """MQ-01-102 has 38 m2: at 5 m2 a head seven people of one household, not eight."""
    offer(office)
    answers = office / "said.csv"
    people = " ".join(f"X{at}" for at in range(8))
    answers.write_text(f"application,occupants\n2026-0001,{people}\n2026-0006,P24\n2026-0018,P24\n")
    assert refused(office, answers) == [
        "row 2, column occupants: more heads in the room than the rule allows",
        ("row 4, column occupants: P24 lives in MQ-01-104 until 2027-10-01, by the lease L0001"),
    ]


def test_a_sign_cut_short_before_the_estate_is_finished_by_the_next(office: Path) -> None:
    """The leases are written first; the next command gives the estate what it lacks."""
    offer(office)
    before = (office / "estate" / "claims.csv").read_bytes()
    run(*signing(office, "2026-0006", "2026-09-03"))
    after = (office / "estate" / "claims.csv").read_bytes()
    (office / "estate" / "claims.csv").write_bytes(before)
    offer(office)
    assert (office / "estate" / "claims.csv").read_bytes() == after


def test_a_round_that_is_not_proved_offers_nothing(office: Path) -> None:
    results = office / "round" / "results.csv"
    results.write_bytes(results.read_bytes().replace(b"MQ-01.small", b"MQ-01.large", 1))
    before = bytes_of(office)
    words = ["lease", "offer", office / "leases", *where(office), "--on", ON]
    result = CliRunner().invoke(whole_app(), list(map(str, words)))
    assert isinstance(result.exception, CheckFault), result.output
    assert "so none of its homes is offered" in str(result.exception)
    assert bytes_of(office) == before
