"""Language, theme and colours: one click each; and what every answer carries."""

from __future__ import annotations

import re
from typing import Any

import pytest

from huiguan.office.display.preferences import browser_language

PAGES = (
    *("/", "/?wall", "/product/cu", "/contract/cu2610", "/nothing"),
    *("/express", "/rankings", "/calendar", "/calendar/2030"),
)


@pytest.mark.parametrize(
    ("accepted", "lang"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("en-GB,zh;q=0.9", "en"),
        ("de,zh;q=0.4,en;q=0.6", "en"),
        ("de, fr", "en"),
        ("", "en"),
        ("zh;q=x, en;q=0.1", "en"),
        ("zh;q=,;;q=1", "zh"),
    ],
)
def test_the_browser_says_the_language_first(accepted: str, lang: str) -> None:
    assert browser_language(accepted) == lang


def test_a_click_changes_the_language_and_it_stays(client: Any) -> None:
    answer = client.get("/contract/cu2610?lang=zh")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/contract/cu2610")
    assert client.cookies["lang"]["samesite"] == "Lax"
    page = client.get("/contract/cu2610").content.decode()
    assert '<html lang="zh-Hans">' in page
    assert 'href="/contract/cu2610?lang=en"' in page
    assert "当日规则" in page


def test_theme_and_colours_are_kept(client: Any) -> None:
    for choice in ("theme=night", "colours=western", "theme=no-such", "colours=<b>"):
        client.get(f"/?{choice}")
    page = client.get("/").content.decode()
    assert 'data-theme="night" data-colours="western"' in page
    assert "green is up" in page
    client.get("/?theme=auto")
    assert "data-theme" not in client.get("/").content.decode()


def test_a_choice_keeps_the_rest_of_an_address_and_leads_nowhere_else(client: Any) -> None:
    assert client.get("/?sort=volume&lang=zh").headers["Location"] == "/?sort=volume"
    for path in ("//evil.example/x", "/\\evil.example"):
        answer = client.get(f"http://testserver{path}?lang=zh")
        location = answer.headers.get("Location", "/")
        assert not location.startswith(("//", "http", "/\\"))


@pytest.mark.parametrize("path", PAGES)
def test_every_page_has_the_fixed_policy_and_keeps_to_it(client: Any, path: str) -> None:
    answer = client.get(path)
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    for name, value in {
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cache-Control": "no-store",
        "Vary": "Cookie, Accept-Language",
    }.items():
        assert answer.headers[name] == value
    page = answer.content.decode()
    assert not re.search(r"\sstyle=|<style|\son\w+=|<script(?![^>]* src=)", page)


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_whole_in_chinese(client: Any, path: str) -> None:
    """Letters are left in codes, units, the language one changes to, and the house's name."""
    page = client.get(path, headers={"accept-language": "zh"}).content.decode()
    body = page.split("<body", 1)[1].split(">", 1)[1]
    text = re.sub(r'<a class="language".*?</a>|<span[^>]* lang="en">.*?</span>', "", body)
    text = re.sub(r"Lightweight Charts|TradingView|tradingview\.com", "", text)  # who made charts
    left = set(re.findall(r"[A-Za-z]{3,}", re.sub(r"<[^>]*>", " ", text)))
    assert left <= {"Huiguan", "CNY"}, left


def test_a_name_of_another_host_is_refused(client: Any) -> None:
    assert client.get("/", headers={"host": "evil.example"}).status_code == 400


def test_a_page_is_only_read(client: Any) -> None:
    assert client.head("/").status_code == 200
    assert client.post("/").status_code == 405


def test_what_nobody_foresaw_is_said_in_words(client: Any, monkeypatch: Any) -> None:
    client.raise_request_exception = False
    monkeypatch.setattr("huiguan.office.display.views.board_lines", None)
    answer = client.get("/")
    assert answer.status_code == 500
    assert "it was noted" in answer.content.decode()
    assert "Traceback" not in answer.content.decode()
