"""Contrast computed from the tokens (WCAG 2.2, 1.4.3), and the same tokens wherever they stand."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

import huiguan.office
from huiguan.office.config.application import STATIC

CSS = (STATIC / "house.css").read_text("utf-8")
OFFICE = Path(huiguan.office.__file__).parent
TEXTS = ("ink", "muted", "accent", "up", "down", "warn", "mark")
GROUNDS = ("bg", "surface")
TINTS = ("up-tint", "down-tint")
LEAST = 4.5


def tokens(selector: str, text: str = CSS) -> dict[str, str]:
    """Return the colours that a rule sets."""
    found = re.search(rf"^\s*{re.escape(selector)} \{{(.*?)\}}", text, re.DOTALL | re.MULTILINE)
    assert found, selector
    return dict(re.findall(r"--([\w-]+): (#[0-9A-F]{6})", found[1]))


PAPER = tokens(":root")
NIGHT = PAPER | tokens('[data-theme="night"]')
THEMES = {
    "paper": PAPER,
    "night": NIGHT,
    "paper western": PAPER | tokens('[data-colours="western"]'),
    "night western": NIGHT | tokens('[data-theme="night"][data-colours="western"]'),
}


def luminance(colour: str) -> float:
    """Return the relative luminance of ``#RRGGBB`` as WCAG defines it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, 1 to 21."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_measure_itself() -> None:
    """Black on white is 21; #767676 is the lightest grey with 4.5 on white."""
    assert round(contrast("#000000", "#FFFFFF"), 2) == 21
    assert contrast("#767676", "#FFFFFF") >= LEAST > contrast("#777777", "#FFFFFF")


@pytest.mark.parametrize("theme", THEMES)
def test_every_text_is_readable_on_every_ground(theme: str) -> None:
    found = THEMES[theme]
    pairs = [(text, ground) for text in TEXTS for ground in GROUNDS]
    pairs += [(text, tint) for text in ("up", "down", "ink") for tint in TINTS]
    low = {
        pair: round(ratio, 2)
        for pair in pairs
        if (ratio := contrast(found[pair[0]], found[pair[1]])) < LEAST
    }
    assert low == {}


def test_the_night_of_a_device_is_the_night_one_chooses() -> None:
    media = CSS.split("@media (prefers-color-scheme: dark) {")[1]
    assert tokens(":root:not([data-theme])", media) == tokens('[data-theme="night"]')
    chosen = tokens('[data-theme="night"][data-colours="western"]')
    assert tokens(':root:not([data-theme])[data-colours="western"]', media) == chosen


def test_a_reader_who_wants_no_motion_gets_none() -> None:
    assert re.search(r"reduced-motion: reduce\) \{ \.came-up, \.came-down \{ background: none", CSS)


def test_no_room_has_a_template_by_the_name_of_another() -> None:
    """Django takes the first that it finds, whosever it is."""
    names = Counter(path.name for path in OFFICE.glob("*/templates/*.html"))
    assert [name for name, count in names.items() if count > 1] == []
