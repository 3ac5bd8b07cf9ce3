"""Every address of the office in both languages: no page says anything in the other one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.urls import get_resolver

from huiguan.office.people.roles import GIVEN, Role

if TYPE_CHECKING:
    from tests.office.peopled import Office

FILLED = {"number": "1", "before": "9", "code": "cu2609", "product": "cu", "day": "20260821",
          "trading_day": "20260821", "form": "xml", "contract": "cu2609"}  # fmt: skip


def addresses() -> list[str]:
    """Return every address of the office that is only read, with something filled in."""
    found = []
    for pattern in get_resolver().url_patterns:
        text = str(pattern.pattern).removeprefix("^").removesuffix("$")
        text = re.sub(r"\(\?P<(\w+)>[^()]*\)", lambda hole: FILLED.get(hole[1], "1"), text)
        text = re.sub(r"<(?:\w+:)?(\w+)>", lambda hole: FILLED.get(hole[1], "1"), text)
        found.append("/" + text.replace("\\", ""))
    return found


NOT_WORDS = r'<a class="language".*?</a>|<span[^>]* lang="\w+">.*?</span>|<(code|script).*?</\1>'
LETTERS = {"zh": r"[A-Za-z]{3,}", "en": r"[\u4e00-\u9fff]+"}
TYPED = {"USD", "deposit", "interest", "bond"}  # as a form wants them
CHARTS = {"TradingView", "Lightweight", "Charts", "tradingview", "com"}  # who made them
NAMES = {
    "zh": {"Huiguan", "English", "CNY", "CSV", "MiB", "camt", *TYPED, *CHARTS},
    "en": {"会馆", "中文"},
}


def test_no_page_says_anything_in_the_other_language(office: Office) -> None:
    """Opened by somebody with every role; what is not there is said in one language too."""
    own = {part for name in office.passwords for part in name.split("-")}
    for role in GIVEN:
        if role is not Role.AUDITOR:
            office["auditor"].holdings.create(role=role)
    said = {}
    for lang, letters in LETTERS.items():
        browser, read = office.browser("auditor", lang), 0
        for path in addresses():
            answer = browser.get(path)
            if path == "/glossary" or b"<body" not in answer.content:
                continue  # a word list in both; a way to elsewhere
            read += 1
            body = answer.content.decode().split("<body", 1)[1].split(">", 1)[1]
            text = re.sub(r"<[^>]*>", " ", re.sub(NOT_WORDS, "", body, flags=re.DOTALL))
            if left := set(re.findall(letters, text)) - NAMES[lang] - own:
                said[lang, path] = sorted(left)
        assert read > 40
    assert not said
