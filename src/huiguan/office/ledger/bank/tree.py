"""XML of somebody else, read within bounds: no declarations, no entities, no endless file.

A statement needs elements, attributes and text. A document type is what entity bombs and files
from elsewhere are made of; it is refused before anything behind it is read.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NoReturn
from xml.parsers import expat

from huiguan.foundation.faults import InputFault

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_BYTES = 8 << 20
MOST_NODES, MOST_DEPTH, MOST_LETTERS = 400_000, 40, 2_000  # letters of one element


@dataclass(slots=True)
class Node:
    """An element: its name without the namespace, its text, its attributes, what is in it."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    text: str = ""
    inner: list[Node] = field(default_factory=list)

    def all(self, *path: str) -> Iterator[Node]:
        """Yield the elements on a path below this one."""
        if not path:
            yield self
            return
        for one in self.inner:
            if one.name == path[0]:
                yield from one.all(*path[1:])

    def first(self, *path: str) -> Node | None:
        """Return the first element on a path, or None."""
        return next(self.all(*path), None)

    def words(self, *path: str) -> str:
        """Return the text on a path without space around it; nothing where there is none."""
        found = self.first(*path)
        return found.text.strip() if found else ""


def read_tree(data: bytes) -> Node:
    """Return the root of a document; what is no XML, or too much of it, is an ``InputFault``."""
    if len(data) > MOST_BYTES:
        raise InputFault(f"the file is larger than {MOST_BYTES >> 20} MiB; ask for fewer days")
    top = Node("")
    path, counted = [top], 0

    def refuse(*_: object) -> NoReturn:
        raise InputFault("the file declares a document type or entities; no statement does")

    def begin(name: str, attributes: dict[str, str]) -> None:
        nonlocal counted
        counted += 1
        if counted > MOST_NODES or len(path) > MOST_DEPTH:
            raise InputFault("the file has more elements, or deeper ones, than a statement has")
        node = Node(name.rpartition(" ")[2], attributes)
        path[-1].inner.append(node)
        path.append(node)

    def add(text: str) -> None:
        path[-1].text += text
        if len(path[-1].text) > MOST_LETTERS:
            raise InputFault(f"the element {path[-1].name} is longer than a statement's are")

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.ExternalEntityRefHandler = refuse
    parser.StartElementHandler = begin
    parser.EndElementHandler = lambda _: path.pop()
    parser.CharacterDataHandler = add
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, ValueError, LookupError) as fault:
        raise InputFault(f"the file is no XML: {fault}") from None
    return top.inner[0]
