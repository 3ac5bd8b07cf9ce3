"""``{% say %}`` and ``{% head %}``: a text in the language of the page's reader (ADR 0016)."""

from __future__ import annotations

import re
from typing import Any, Protocol

from django import template
from django.utils.html import format_html

HASH = re.compile(r"[0-9a-f]{32,}")
FILED = ("digest", "lines", "rows")  # facts that are lines of a file

register = template.Library()
Context = Any  # django.template.Context


class Named(Protocol):
    """What has a subject: a person by name, or another thing in words."""

    about: str
    named: str


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


def about(context: Context, proposal: Named) -> str:
    """Return what a proposal is about: a person's name, or another thing in words."""
    return say(context, proposal.about) if proposal.about else named(context, proposal.named)


def fact(context: Context, label: str, value: str) -> str:
    """Return a value of the record in words; hashes and lines of files as they are."""
    if label in FILED or HASH.fullmatch(value):
        as_it_is: str = format_html("<code>{}</code>", value)
        return as_it_is
    return head(context, value)


register.simple_tag(say, takes_context=True)
register.simple_tag(head, takes_context=True)
register.simple_tag(named, takes_context=True)
register.simple_tag(fact, takes_context=True)
register.simple_tag(about, takes_context=True)
