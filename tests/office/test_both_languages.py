"""Every address of the office in both languages: no page says anything in the other one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.urls import get_resolver

from huiguan.office.people.roles import GIVEN, Role
from tests.spoken import LETTERS, left_of

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


def test_no_page_says_anything_in_the_other_language(office: Office) -> None:
    """Opened by somebody with every role; what is not there is said in one language too."""
    own = {part for name in office.passwords for part in name.split("-")}
    for role in GIVEN:
        if role is not Role.AUDITOR:
            office["auditor"].holdings.create(role=role)
    said = {}
    for lang in LETTERS:
        browser, read = office.browser("auditor", lang), 0
        for path in addresses():
            answer = browser.get(path)
            if path == "/glossary" or b"<body" not in answer.content:
                continue  # a word list in both; a way to elsewhere
            read += 1
            if left := left_of(answer.content.decode(), lang, own):
                said[lang, path] = left
        assert read > 40
    assert not said
