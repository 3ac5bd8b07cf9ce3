"""Chinese is complete: every sentence, head, word and rule that a command shows has an entry."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, get_args, get_origin, get_type_hints

import msgspec
import pytest
from typer.main import get_command

from huiguan.cli import whole_app
from huiguan.cli.help_words import paragraphs
from huiguan.exchange.day.result import SettledBy
from huiguan.exchange.messages import (
    COMMANDS,
    EVENTS,
    CancelReason,
    Hedge,
    Offset,
    Phase,
    PriceType,
    Right,
    Scope,
    Side,
    TransferStage,
)
from huiguan.exchange.reports.command_words import HEDGES, OFFSETS, PHASES, RIGHTS, SIDES
from huiguan.exchange.reports.rule_table import ContractLine, RuleLine
from huiguan.exchange.rules.dated import ContractRow
from huiguan.exchange.rules.rows import KINDS
from huiguan.foundation.cited import STATUSES
from huiguan.foundation.refusals import Refusal
from huiguan.housing.supply.claims import HoldReason
from huiguan.housing.supply.places import Level
from huiguan.language.catalogue import HOLE, Catalogue, Entry, chinese, read_entries
from huiguan.office.display.boards import COLUMNS, GROUPS, OTHERS
from huiguan.office.display.contracts import TAKERS
from huiguan.office.display.heads import age_words, speed_words
from huiguan.office.feed.follower import HallStands
from tests.unit.language.sentences import (
    PROSE,
    SOURCE,
    columns,
    left_on_pages,
    said_on_pages,
    sentences,
    told,
)

BOOKS = SOURCE / "rulebooks"
ENTRIES = read_entries()
KNOWN = {entry.english for entry in ENTRIES if entry.context != "label"}
CJK = range(0x3000, 0xFFFF)


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return chinese()


def is_chinese(text: str) -> bool:
    return any(ord(letter) in CJK for letter in text)


def test_every_sentence_has_an_entry() -> None:
    refusals = {refusal.english for refusal in Refusal}
    missing = {
        sentence: file for sentence, file in sentences().items() if sentence not in KNOWN | refusals
    }
    assert not missing, "\n".join(f"{file}: {sentence}" for sentence, file in missing.items())


MADE_OF_ENTRIES = {  # the parts have entries, or are calls to be typed
    "{0}{1}; see `{2} --help`",
    "{0}, {1} waiting: {2}",
    "  python3 {0}/round/verify.py {1}/round",
    "{0} {1} {2}.csv, .parquet",
    "simulate",
}


def test_every_text_that_is_printed_has_an_entry() -> None:
    missing = {text: file for text, file in told().items() if text not in KNOWN | MADE_OF_ENTRIES}
    assert missing == {}


def commands_below(command: object) -> Iterator[object]:
    yield command
    for below in getattr(command, "commands", {}).values():
        yield from commands_below(below)


def test_every_paragraph_of_help_has_an_entry() -> None:
    texts = {
        text
        for command in commands_below(get_command(whole_app()))
        for text in (getattr(row, "help", None) for row in (command, *vars(command)["params"]))
        if text
    }
    assert {paragraph for text in texts for paragraph in paragraphs(text)} - KNOWN == set()


def test_every_head_of_a_column_has_an_entry(catalogue: Catalogue) -> None:
    fields = [
        name.replace("_", " ")
        for line in (RuleLine, ContractLine)
        for name in line.__struct_fields__
    ]
    heads = {head for head in (*columns(), *fields) if any(map(str.isalpha, head))}
    missing = [head for head in sorted(heads) if not is_chinese(catalogue.head(head))]
    assert missing == []


OWN_NAMES = {
    "Huiguan",
    "· 会馆 Huiguan",
    "English",
}  # of house and language


def test_every_text_of_a_page_has_an_entry(catalogue: Catalogue) -> None:
    missing = {text: file for text, file in said_on_pages("say").items() if text not in KNOWN}
    assert missing == {}
    heads = {*said_on_pages("head"), *(column.head for column in COLUMNS)}
    assert [head for head in sorted(heads) if not is_chinese(catalogue.head(head))] == []
    assert len(heads) > 30  # they were found


def test_no_text_of_a_page_stands_outside_its_tag() -> None:
    assert {text: file for text, file in left_on_pages().items() if text not in OWN_NAMES} == {}


def test_every_word_that_a_page_fills_in_has_an_entry(catalogue: Catalogue) -> None:
    levels = [f"{side} {place}" for side in ("buy", "sell") for place in range(1, 6)]
    takers = [word for word, _ in TAKERS.values()]
    ages = [age_words(seconds) for seconds in (0, 5, 600)]
    speeds = [speed_words(HallStands(0, "", speed, "")) for speed in ("wall", "max", 0.0)]
    words = [*levels, *takers, *ages, *speeds, *(name for name, _ in GROUPS), OTHERS]
    assert [word for word in words if not is_chinese(catalogue.sentence(word))] == []


def words_of_kinds() -> Iterator[str]:
    """Yield the words that a member of an enumeration, a message or a table is shown by."""
    for kind in (
        *(CancelReason, Hedge, HoldReason, Level, Offset, Phase, PriceType, Right, Scope),
        *(SettledBy, Side, TransferStage),
    ):
        yield from (member.name.lower().replace("_", " ") for member in kind)
    for message in (*COMMANDS.values(), *EVENTS.values()):
        yield str(message.__struct_config__.tag).replace("_", " ")
    yield from STATUSES
    yield from (name.replace("_", " ") for name in KINDS)
    for kind in KINDS.values():
        for hint in get_type_hints(kind).values():
            choices = [hint, *get_args(hint)]
            for choice in choices:
                if get_origin(choice) is Literal:
                    yield from get_args(choice)


def test_every_word_of_a_kind_has_an_entry(catalogue: Catalogue) -> None:
    words = {word for word in words_of_kinds() if isinstance(word, str)}
    assert sorted(word for word in words if not is_chinese(catalogue.sentence(word))) == []


def test_every_field_of_a_message_and_of_a_rule_is_a_label(catalogue: Catalogue) -> None:
    fields = {name for kind in KINDS.values() for name in kind.__struct_fields__}
    fields -= set(ContractRow.__struct_fields__)
    for message in (*COMMANDS.values(), *EVENTS.values()):
        fields |= set(message.__struct_fields__)
    units = ("_ppb", "_fen", "_ns")
    labels = set()
    for field in fields:
        for unit in units:
            field = field.removesuffix(unit)  # noqa: PLW2901  a name without its unit
        labels.add(f"{field.replace('_', ' ')} 7")
    assert sorted(label for label in labels if not is_chinese(catalogue.sentence(label))) == []


def rule_texts(value: object, name: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, held in value.items():
            yield from rule_texts(held, key)
    elif isinstance(value, list):
        for held in value:
            yield from rule_texts(held, name)
    elif isinstance(value, str) and name in {"article", "note", "title"}:
        yield name, value


@pytest.mark.parametrize("path", sorted(BOOKS.rglob("*.toml")), ids=lambda path: path.stem)
def test_every_article_note_and_title_has_its_chinese(path: Path, catalogue: Catalogue) -> None:
    """Rules cite their articles by name; a reader of the Chinese texts looks for that name."""
    for _, text in rule_texts(tomllib.loads(path.read_text("utf-8"))):
        said = catalogue.sentence(text)
        assert not PROSE.search(said), said


def test_words_that_stand_in_two_places_agree(catalogue: Catalogue) -> None:
    """The pairs of the reports and the catalogue say the same."""
    for words in (SIDES, OFFSETS, HEDGES, PHASES, RIGHTS):
        for english, said in words.values():
            assert catalogue.sentence(english) == said


def test_an_entry_keeps_every_value() -> None:
    for entry in ENTRIES:
        assert sorted(HOLE.findall(entry.english)) == sorted(HOLE.findall(entry.chinese)), entry


def sample(entry: Entry) -> tuple[str, str]:
    """Return an entry with values in its holes, in both languages."""
    values = {name: f"XX{name}" for name in HOLE.findall(entry.english)}
    english, said = entry.english, entry.chinese
    for name, value in values.items():
        english = english.replace(f"{{{name}}}", value)
        said = said.replace(f"{{{name}}}", value)
    return english, said


def test_no_sentence_is_taken_for_another(catalogue: Catalogue) -> None:
    for entry in ENTRIES:
        if not entry.context:
            english, said = sample(entry)
            assert catalogue.sentence(english) == said, entry


def test_no_entry_stands_twice() -> None:
    keys = [(entry.english, entry.context) for entry in ENTRIES]
    assert len(keys) == len(set(keys))
    assert all(isinstance(entry, tuple) and msgspec.to_builtins(entry) for entry in ENTRIES)
