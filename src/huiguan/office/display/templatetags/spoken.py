"""``{% say %}`` and ``{% head %}``: a text in the language of the page's reader (ADR 0016)."""

from __future__ import annotations

from typing import Any

from django import template

register = template.Library()
Context = Any  # django.template.Context


def say(context: Context, text: str, *values: object) -> str:
    """Return a text, ``{0}`` and so on filled with values, in the reader's language."""
    found: str = context["words"].text(text.format(*values) if values else text)
    return found


def head(context: Context, text: str) -> str:
    """Return the head of a column in the reader's language."""
    found: str = context["words"].head(text)
    return found


def named(context: Context, name: object) -> str:
    """Return the name of somebody, or that the person is erased."""
    return str(name) if name else say(context, "erased")


register.simple_tag(say, takes_context=True)
register.simple_tag(head, takes_context=True)
register.simple_tag(named, takes_context=True)
