"""What a page says in the other language than its reader's: the words that no catalogue knows."""

import re

NOT_WORDS = r'<a class="language".*?</a>|<span[^>]* lang="\w+">.*?</span>|<(code|script).*?</\1>'
LETTERS = {"zh": r"[A-Za-z]{3,}", "en": r"[\u4e00-\u9fff]+"}
TYPED = {"USD", "deposit", "interest", "bond"}  # as a form wants them
CHARTS = {"TradingView", "Lightweight", "Charts", "tradingview", "com"}  # who made them
NAMES = {
    "zh": {"Huiguan", "English", "CNY", "CSV", "Parquet", "MiB", "camt", *TYPED, *CHARTS},
    "en": {"会馆", "中文"},
}


def left_of(page: str, lang: str, own: set[str]) -> list[str]:
    """Return the words of the other language on a page, but for names."""
    body = page.split("<body", 1)[1].split(">", 1)[1]
    text = re.sub(r"<[^>]*>", " ", re.sub(NOT_WORDS, "", body, flags=re.DOTALL))
    return sorted(set(re.findall(LETTERS[lang], text)) - NAMES[lang] - own)
