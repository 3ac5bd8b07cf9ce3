"""Rooms tell here what they keep of a user; an export of that person asks each of them."""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Rows = list[dict[str, Any]]
SOURCES: dict[str, Callable[[Any], Rows]] = {}  # by what it is; a function of the user


def register(what: str, told: Callable[[Any], Rows]) -> None:
    """Let exports know what a room keeps of a user."""
    assert what not in SOURCES, "two rooms keep the same"
    SOURCES[what] = told


def archive(told: Mapping[str, Rows], words: Callable[[str], str]) -> bytes:
    """Return what is kept of a person as a ZIP file: JSON for a program, text for the person."""
    lines = []
    for what, rows in told.items():
        lines += [words(what), ""]
        for row in rows:
            lines += [f"  {words(label)}: {said(value, words)}" for label, value in row.items()]
            lines.append("")
        if not rows:
            lines += [f"  {words('nothing')}", ""]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("person.json", json.dumps(told, ensure_ascii=False, indent=1, default=str))
        file.writestr("person.txt", "\n".join(lines))
    return out.getvalue()


def said(value: object, words: Callable[[str], str]) -> str:
    """Return a value as a line of text."""
    if isinstance(value, list):
        return ", ".join(said(one, words) for one in value)
    if isinstance(value, dict):
        return "; ".join(f"{words(label)}: {said(one, words)}" for label, one in value.items())
    if isinstance(value, bool):
        return words("yes" if value else "no")
    return "—" if value in (None, "") else str(value)
