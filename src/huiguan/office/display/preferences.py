"""Language, theme and colours of a reader: one click each, kept in cookies, no session."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlencode

from django.http import HttpResponseRedirect

from huiguan.exchange.reports.candles import ENGLISH, PageWords
from huiguan.language.catalogue import chinese

if TYPE_CHECKING:
    from collections.abc import Callable

YEAR_SECONDS = 365 * 86_400
CHOICES = {
    "lang": ("en", "zh"),
    "theme": ("auto", "paper", "night"),
    "colours": ("red-up", "western"),
}
Request = Any  # django.http.HttpRequest and its answer; Django says no types
Answer = Any


class Preferences(NamedTuple):
    """What a reader has chosen."""

    lang: str
    theme: str
    colours: str


@cache
def words_of(lang: str) -> PageWords:
    """Return the words of a language: texts and heads of columns."""
    if lang == "en":
        return ENGLISH
    found = chinese()
    return PageWords("zh-Hans", found.sentence, found.head)


def browser_language(accepted: str) -> str:
    """Return the language a browser asks for first, of those there are; English otherwise.

    ``zh-CN,zh;q=0.9,en;q=0.8``: the one with the highest weight, the first of equal ones.
    """
    weighed = []
    for place, part in enumerate(accepted.split(",")):
        tag, _, weight = part.strip().partition(";q=")
        lang = tag.split("-")[0].lower()
        if lang in CHOICES["lang"]:
            try:
                weighed.append((-float(weight or 1), place, lang))
            except ValueError:
                continue
    return min(weighed)[2] if weighed else "en"


def preferences_of(request: Request) -> Preferences:
    """Return the choices of a request: its cookies, else the browser's language."""
    kept = {
        name: value
        for name, known in CHOICES.items()
        if (value := request.COOKIES.get(name)) in known
    }
    lang = kept.get("lang") or browser_language(request.headers.get("Accept-Language", ""))
    return Preferences(lang, kept.get("theme", "auto"), kept.get("colours", "red-up"))


def choosing(get_response: Callable[[Request], Answer]) -> Callable[[Request], Answer]:
    """Take a choice out of an address (``?lang=zh``) into a cookie, and know all choices."""

    def middleware(request: Request) -> Answer:
        chosen = {
            name: value
            for name, known in CHOICES.items()
            if (value := request.GET.get(name)) in known
        }
        if chosen and request.method == "GET":
            rest = [(name, value) for name, value in request.GET.items() if name not in CHOICES]
            path = "/" + request.path.lstrip("/")  # never another host
            answer = HttpResponseRedirect(path + ("?" + urlencode(rest) if rest else ""))
            answer.status_code = 303
            for name, value in chosen.items():
                secure = request.is_secure()
                answer.set_cookie(
                    name, value, YEAR_SECONDS, secure=secure, httponly=True, samesite="Lax"
                )
            return answer
        request.preferences = preferences_of(request)
        request.words = words_of(request.preferences.lang)
        answer = get_response(request)
        answer.headers["Vary"] = "Cookie, Accept-Language"
        answer.headers["Content-Language"] = request.words.code
        return answer

    return middleware
