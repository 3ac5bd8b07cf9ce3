"""English sentences and their Chinese: catalogues in the form of gettext (``zh/*.po``).

A call site says its sentence in English, with its figures in it. A catalogue holds the sentence as
a template, ``{0} is no trading day``, and finds it again by its fixed words; what stands between
them is taken over, and translated in its turn where it is a sentence of its own. Of the templates
that fit, the one with most fixed letters wins. Of a text that says one thing in both languages,
"English / 中文" or "English 中文", the Chinese stays. What no template fits is a name and stays
as it is.
"""

import json
import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from huiguan.foundation.refusals import Refusal

FOLDER = Path(__file__).parent / "zh"
ENTRY = re.compile(
    r'^(?:msgctxt "(?P<context>.*)"\n)?msgid (?P<english>".+")\nmsgstr (?P<chinese>".+")$',
    re.MULTILINE,
)
HOLE = re.compile(r"\{(\w*)\}")
LETTER = re.compile(r"[A-Za-z]{2}")
COUNTED = re.compile(r"(?P<count>[+-]?[0-9][0-9,.:]*) (?P<words>.+)", re.DOTALL)
BOTH = re.compile(r"(?:[ -~]+ / |[A-Za-z][A-Za-z -]* )(?P<chinese>[^ -~][^A-Za-z]*)")
NAMED = re.compile(r"\S+: ")  # a file before its sentence: it joins, it fills no hole
WEAK = 5  # letters of a sentence that begins with a value
JOINTS = ("; ", ": ", ", ")
CHINESE_JOINTS = {"; ": "；", ": ": "：", ", ": "，"}


class Entry(NamedTuple):
    """A sentence or word in both languages.

    ``context`` is "head" where it heads a column, "label" where a value follows it: ``side buy``.
    """

    english: str
    chinese: str
    context: str


class Template(NamedTuple):
    """A sentence with holes: the fixed texts around them, and the Chinese to fill."""

    fixed: tuple[str, ...]  # one more than there are holes
    names: tuple[str, ...]
    chinese: str

    @property
    def weak(self) -> bool:
        """Return whether it fits too much to be looked for first: ``{0} to {1}``."""
        letters = sum(letter.isalpha() for text in self.fixed for letter in text)
        return not self.fixed[0] and letters < WEAK

    def holes_of(self, text: str) -> list[str] | None:
        """Return what stands in the holes of a text, or None where it is another sentence."""
        first, *middle, last = self.fixed
        end = len(text) - len(last)
        if not text.startswith(first) or not text.endswith(last) or end < len(first):
            return None
        place, held = len(first), []
        for words in middle:
            found = text.find(words, place, end)
            if found < 0:
                return None
            held.append(text[place:found])
            place = found + len(words)
        return [*held, text[place:end]]

    def filled(self, held: Iterable[str]) -> str:
        """Return the Chinese with the given texts in its holes."""
        values = dict(zip(self.names, held, strict=True))
        return HOLE.sub(lambda hole: values[hole[1]], self.chinese)


def read_entries(folder: Path = FOLDER) -> list[Entry]:
    """Return every entry of the catalogues of a folder."""
    return [
        Entry(
            json.loads(found["english"]),  # escapes of gettext are a part of those of JSON
            json.loads(found["chinese"]),
            found["context"] or "",
        )
        for path in sorted(folder.glob("*.po"))
        for found in ENTRY.finditer(path.read_text("utf-8"))
    ]


class Catalogue:
    """Chinese for English sentences, words and heads of columns."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        """Sort the entries: whole sentences, heads, and templates by their fixed letters."""
        self.whole: dict[str, str] = {}
        self.heads: dict[str, str] = {}
        self.labels: dict[str, str] = {}
        templates = []
        for entry in entries:
            if entry.context == "head":
                self.heads[entry.english] = entry.chinese
            elif entry.context == "label":
                self.labels[f"{entry.english} "] = f"{entry.chinese} "
            elif names := HOLE.findall(entry.english):
                fixed = tuple(HOLE.sub("\0", entry.english).split("\0"))
                templates.append(Template(fixed, tuple(names), entry.chinese))
            else:
                self.whole[entry.english] = entry.chinese
        templates.sort(key=lambda row: -sum(map(len, row.fixed)))
        self.strong = [row for row in templates if not row.weak]
        self.weak = [row for row in templates if row.weak]
        self.sentence = lru_cache(1 << 14)(self._sentence)

    def head(self, text: str) -> str:
        """Return the head of a column in Chinese."""
        return self.heads.get(text) or self.sentence(text)

    def _sentence(self, text: str) -> str:
        """Return a text of one or more lines in Chinese; names and figures stay as they are."""
        if not LETTER.search(text):
            return text
        found = self._known(text)
        if found is not None:
            return found
        if "\n" in text:
            return "\n".join(self.sentence(line) for line in text.split("\n"))
        bare = text.strip(" ")
        if bare != text:
            before = len(text) - len(text.lstrip(" "))
            after = len(text) - len(text.rstrip(" "))
            return " " * before + self.sentence(bare) + " " * after
        return self._joined(text)

    def _known(self, text: str) -> str | None:
        """Return the Chinese of a text that has an entry as a whole, or None."""
        if text in self.whole:
            return self.whole[text]
        counted = COUNTED.fullmatch(text)
        if counted and counted["words"] in self.whole:
            return f"{counted['count']} {self.whole[counted['words']]}"
        for template in self.strong:
            held = template.holes_of(text)
            if held is not None and not (template.fixed[0] == "" and NAMED.match(held[0])):
                return template.filled(map(self.sentence, held))
        return None

    def _joined(self, text: str) -> str:
        """Return a list of sentences or words in Chinese, part by part; or the text itself."""
        both = BOTH.fullmatch(text)
        if both:
            return both["chinese"]
        for joint in JOINTS:
            first, met, rest = text.partition(joint)
            if met:
                parts = self.sentence(first), self.sentence(rest)
                if parts != (first, rest):
                    return CHINESE_JOINTS[joint].join(parts)
        for template in self.weak:
            held = template.holes_of(text)
            if held is not None:
                return template.filled(map(self.sentence, held))
        return self._valued(text)

    def _valued(self, text: str) -> str:
        """Return a word with its figure in Chinese, the figure before or behind it."""
        counted = COUNTED.fullmatch(text)
        if counted:
            return f"{counted['count']} {self.sentence(counted['words'])}"
        named = [label for label in self.labels if text.startswith(label)]
        if named:
            label = max(named, key=len)
            return self.labels[label] + self.sentence(text[len(label) :])
        return text


def chinese() -> Catalogue:
    """Return the catalogue of Chinese; refusals bring their own."""
    return Catalogue([*read_entries(), *(Entry(row.english, row.chinese, "") for row in Refusal)])
