"""``huiguan rules`` and ``huiguan instruments``, as a person and as a program reads them."""

import json
from pathlib import Path
from shutil import copyfile, copytree

import pytest
from typer.testing import CliRunner

import huiguan.cli.market.rules  # noqa: F401  registers its commands
from huiguan.cli import app
from huiguan.foundation.faults import CheckFault, InputFault
from huiguan.storage.homes.rules import BOOKS

CFFEX = Path(__file__).parents[2] / "rulebooks" / "cffex"


def run(*words: str) -> str:
    result = CliRunner(env={"COLUMNS": "160"}).invoke(app, list(words), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_show_prints_every_value_with_its_source() -> None:
    page = json.loads(run("rules", "show", "cu", "--on", "2026-08-21", "--json"))
    first = page["contracts"][0]
    assert (first["contract"], first["last_trading_day"]) == ("cu2609", "2026-09-15")
    assert (first["limit"], first["hedge_margin"], first["general_margin"]) == ("9%", "10%", "11%")
    assert first["position_limit"] == "3,000"
    lines = {(line["rule"], line["contracts"]): line for line in page["rules"]}
    circular = lines["circular", "2609-2702"]
    assert (circular["since"], circular["age_days"]) == ("2026-07-03", 49)
    assert (circular["status"], circular["article"]) == ("confirmed", "SHFE No. 253 of 2026")
    assert "N253" in page["sources"]
    assert lines["circular", "2703-2708"]["value"] == "limit 7%; hedge 8%; general 9%"
    assert {line["source"] for line in page["rules"]} == set(page["sources"])


def test_show_of_one_contract_and_as_a_table() -> None:
    text = run("rules", "show", "fu2609", "--on", "2026-08-21")
    assert "fu2609" in text
    assert "fu2610" not in text
    assert "margin 15%" in text
    assert "unconfirmed" in text
    assert "SHFE No. 249 of 2026" in text


def test_an_empty_list_and_a_single_delivery_day() -> None:
    page = json.loads(
        run("rules", "show", "IF", "--on", "2026-08-21", "--json", "--rulebook", str(CFFEX))
    )
    assert {contract["delivery"] for contract in page["contracts"]} == {"cash"}
    lines = {line["rule"]: line["value"] for line in page["rules"]}
    assert lines["open interest ladder"] == "above none; margins none"
    page = json.loads(run("rules", "show", "cu", "--on", "2026-08-21", "--json"))
    assert page["contracts"][0]["delivery"] == "2026-09-16 to 2026-09-17"


def test_check_counts_and_names_the_digest() -> None:
    facts = json.loads(run("rules", "check", "--json", "--rulebook", str(CFFEX)))
    assert (facts["venues"], facts["products"]) == (3, 26)
    assert len(facts["digest"]) == 64
    assert sum(facts["statuses"].values()) == facts["rows"]


def test_check_reads_the_books_of_homes(tmp_path: Path) -> None:
    facts = json.loads(run("rules", "check", "--json"))["homes"]
    assert facts["books"] == ["shanghai"]
    assert sum(facts["statuses"].values()) == facts["rows"] > 20
    own = tmp_path / "homes" / "guilin"
    copytree(BOOKS / "shanghai", own)
    copyfile(BOOKS / "sources.toml", own.parent / "sources.toml")
    text = run("rules", "check", "--rulebook", str(tmp_path))
    assert f"homes: shanghai, guilin, {2 * facts['rows']} rows (" in text
    book = min(own.glob("*.toml"))
    book.write_text(book.read_text("utf-8") + "\n[[weather]]\n", "utf-8")
    with pytest.raises(CheckFault, match="weather"):
        CliRunner().invoke(
            app, ["rules", "check", "--rulebook", str(tmp_path)], catch_exceptions=False
        )


def test_check_of_a_spoilt_book_is_a_checked_thing_that_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "venue.toml").write_text("[venue]\ncode = 'X'\n", "utf-8")
    with pytest.raises(CheckFault, match=r"venue\.toml"):
        CliRunner().invoke(
            app, ["rules", "check", "--rulebook", str(tmp_path)], catch_exceptions=False
        )


def test_instruments_of_a_product() -> None:
    rows = json.loads(run("instruments", "--on", "20260821", "--product", "sc", "--json"))
    assert len(rows) == 20
    assert rows[0] == {
        "product": "sc",
        "month": "2026-09",
        "code": "sc2609",
        "venue": "INE",
        "listed": "2023-09-01",
        "last_day": "2026-08-31",
        "delivery_days": ["2026-09-01", "2026-09-02", "2026-09-03", "2026-09-04", "2026-09-07"],
    }
    assert "302 contracts on 2026-08-21" in run("instruments", "--on", "2026-08-21")


@pytest.mark.parametrize(
    "words",
    [
        ["rules", "show", "xx", "--on", "2026-08-21"],
        ["rules", "show", "cu", "--on", "21.8.2026"],
        ["rules", "show", "cu", "--on", "2026-08-22"],
        ["rules", "show", "cu2608", "--on", "2026-08-21"],
        ["rules", "show", "ao", "--on", "2020-08-21"],
        ["instruments", "--on", "2026-08-21", "--product", "xx"],
        ["instruments", "--on", "1980-01-02"],
        ["instruments", "--on", "2090-01-02"],
        ["rules", "show", "cu", "--on", "2026-08-21", "--rulebook", "nowhere"],
    ],
)
def test_a_wrong_call_is_one_sentence(words: list[str]) -> None:
    with pytest.raises(InputFault) as caught:
        CliRunner().invoke(app, words, catch_exceptions=False)
    assert "\n" not in str(caught.value)


def test_check_of_no_folder_is_a_wrong_call(tmp_path: Path) -> None:
    for folder in (tmp_path / "none", tmp_path):
        with pytest.raises(InputFault, match="folder of"):
            CliRunner().invoke(
                app, ["rules", "check", "--rulebook", str(folder)], catch_exceptions=False
            )


def test_a_table_in_a_file_is_as_wide_as_a_page_and_breaks_no_word() -> None:
    for product in ("cu", "ec"):
        text = run("rules", "show", product, "--on", "2026-08-21")
        assert max(map(len, text.splitlines())) <= 166
        for word in ("auction_ordering,", "2026-08-31" if product == "ec" else "2026-09-15"):
            assert word in text.split()


@pytest.mark.parametrize("like", ["cu", "au", "fu", "sc", "ec"])
def test_a_template_is_a_book_that_loads_and_lists(tmp_path: Path, like: str) -> None:
    venue = "ine" if like in {"sc", "ec"} else "shfe"
    (tmp_path / venue).mkdir()
    book = run("rules", "template", "xx", "--like", like, "--listed", "2026-08-24")
    (tmp_path / venue / "xx.toml").write_text(book, "utf-8")
    books = ("--rulebook", str(tmp_path))
    assert "good: 2 venues, 26 products" in run("rules", "check", *books)
    rows = json.loads(run("instruments", "--on", "2026-08-24", "--product", "xx", *books, "--json"))
    assert {row["listed"] for row in rows} == {"2026-08-24"}
    page = json.loads(run("rules", "show", "xx", "--on", "2026-08-24", *books, "--json"))
    own = json.loads(run("rules", "show", like, "--on", "2026-08-24", "--json"))
    terms = [{line["rule"]: line["value"] for line in found["rules"]} for found in (page, own)]
    assert terms[0]["terms"] == terms[1]["terms"]
    assert {line["status"] for line in page["rules"] if line["article"].startswith("as ")} == {
        "assumed"
    }


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("XX", "--like", "cu"), "no code of a product"),
        (("xx", "--like", "zz"), "there is no book of a product 'zz'"),
    ],
)
def test_a_template_that_cannot_be_is_one_sentence(words: tuple[str, ...], sentence: str) -> None:
    with pytest.raises(InputFault, match=sentence):
        run("rules", "template", *words, "--listed", "2026-08-24")
