"""How a sentence is found: its fixed words, its values, sentences inside sentences, names."""

import pytest

from huiguan.cli.language import choose, environment_language, language, speak, spoken
from huiguan.foundation.faults import InputFault
from huiguan.language.catalogue import Catalogue, Entry


@pytest.fixture(scope="module")
def small() -> Catalogue:
    return Catalogue(
        [
            Entry("open", "开仓", ""),
            Entry("open", "开盘价", "head"),
            Entry("buy", "买", ""),
            Entry("side", "方向", "label"),
            Entry("{0} is missing", "缺少 {0}", ""),
            Entry("{0}: {1}; correct the row", "{0}：{1}；请更正该行", ""),
            Entry("{0} of {1} homes are left", "{1} 套中余 {0} 套", ""),
            Entry("confirmed", "已证实", ""),
        ]
    )


@pytest.mark.parametrize(
    ("english", "said"),
    [
        ("a.toml is missing", "缺少 a.toml"),
        ("3 of 20 homes are left", "20 套中余 3 套"),  # values change their places
        ("cu.toml: rate is missing; correct the row", "cu.toml：缺少 rate；请更正该行"),
        ("cu.toml: rate is missing", "cu.toml：缺少 rate"),  # a file before a sentence
        ("side buy, side open", "方向 买，方向 开仓"),
        ("1,204 confirmed, 3 others", "1,204 已证实，3 others"),
        ("buyer", "buyer"),  # a name is no word
        ("cu2610, cu2611", "cu2610, cu2611"),
        ("  open", "  开仓"),
        ("open\nbuy", "开仓\n买"),
        ("Trading Rules: orders / 交易规则：指令", "交易规则：指令"),
        ("12.50", "12.50"),
        ("", ""),
    ],
)
def test_a_sentence_is_found_by_its_fixed_words(small: Catalogue, english: str, said: str) -> None:
    assert small.sentence(english) == said


def test_a_head_has_its_own_word(small: Catalogue) -> None:
    assert (small.head("open"), small.sentence("open")) == ("开盘价", "开仓")
    assert small.head("buy") == "买"


@pytest.mark.parametrize(
    ("words", "environment", "chosen", "rest"),
    [
        ("day verify d", {}, "en", "day verify d"),
        ("--lang zh day verify d", {}, "zh", "day verify d"),
        ("day verify d --lang=zh", {}, "zh", "day verify d"),
        ("day --lang en verify d", {"LANG": "zh_CN.UTF-8"}, "en", "day verify d"),
        ("rules check", {"LANG": "zh_CN.UTF-8"}, "zh", "rules check"),
        ("rules check", {"LANG": "zh_CN.UTF-8", "LC_MESSAGES": "en_US.UTF-8"}, "en", "rules check"),
        ("rules check", {"LC_ALL": "zh_CN", "LC_MESSAGES": "en_US.UTF-8"}, "zh", "rules check"),
        ("rules check", {"LC_ALL": "", "LANG": "zh"}, "zh", "rules check"),  # empty: not set
        ("rules check", {"LC_ALL": "C", "LANG": "zh_CN.UTF-8"}, "en", "rules check"),
        ("orders d -- --lang zh", {}, "en", "orders d -- --lang zh"),
    ],
)
def test_the_language_of_a_call(
    words: str, environment: dict[str, str], chosen: str, rest: str
) -> None:
    """POSIX, Locale: LC_ALL, then LC_MESSAGES, then LANG; an empty one counts as not set."""
    assert choose(words.split(), environment) == (chosen, rest.split())


def test_another_language_is_refused() -> None:
    with pytest.raises(InputFault, match="languages en and zh, not 'fr'"):
        speak("fr")


def test_a_language_is_spoken_until_another_is_chosen() -> None:
    assert environment_language({}) == "en"
    speak("zh")
    try:
        assert (language(), spoken("confirmed")) == ("zh", "已证实")
    finally:
        speak("en")
    assert (language(), spoken("confirmed")) == ("en", "confirmed")
