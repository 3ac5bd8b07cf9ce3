"""One word for one thing: the glossary, from ``words.toml``."""

from __future__ import annotations

import tomllib
from pathlib import Path

import msgspec

FILE = Path(__file__).parent / "words.toml"


class Word(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A word in English and Chinese, its name in code, its FIX tag where it has one."""

    word: str
    name: str
    chinese: str
    fix: str = ""


class WordSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Words of one subject."""

    title: str
    words: list[Word]
    note: str = ""

    @property
    def fixes(self) -> bool:
        """Whether any of its words has a FIX tag."""
        return any(word.fix for word in self.words)


def read_glossary() -> list[WordSection]:
    """Return the glossary, section by section."""
    found = tomllib.loads(FILE.read_text("utf-8"))
    return msgspec.convert(found["section"], list[WordSection])
