"""Every sentence in the code that a person may read, found in its source.

A sentence is a text in which two words of small letters follow each other. An f-string is written
as the catalogue writes it: its first value is {0}, the next {1}.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import huiguan

SOURCE = Path(huiguan.__file__).parent
PROSE = re.compile(r"[A-Za-z]{2,},? [a-z]{2,}|[a-z]{2,},? [A-Za-z]{2,}")
CJK = re.compile(r"[\u4e00-\u9fff]")
WORD = re.compile(r"[A-Za-z]{2,}")
PRINTERS = {"tell", "say", "show_table", "table_of", "supply_table", "add_row", "Progress", "_end"}
HOLE = re.compile(r"\{\w*\}")
RAISES_ONLY = (  # these carry their Chinese beside their English
    "exchange/reports/explain.py",
    "exchange/reports/instruction_words.py",
    "exchange/reports/statements/heads.py",  # the words of a counter
    "exchange/reports/statements/text.py",
    "floor/hall/settings.py",  # its comments are those of hall.toml; what it raises is said
    "foundation/refusals.py",
    "housing/people/record.py",
    "housing/told.py",
)
ALONE = (
    "housing/verify/",  # becomes the program in a public round, in the language of its proof
    "storage/homes/declared.py",  # columns and keys, for docs/reference
    "storage/warehouse/tables.py",  # the same
    "housing/leasing/columns.py",  # the same
    "floor/doors/json/",  # what a program is answered over a wire, and what its reference says
    "floor/doors/records.py",
    "office/ledger/migrations/_triggers.py",  # what tables refuse past every service
)
DOCUMENTED = {"rule", "doc"}  # marks and declarations: for docs/reference, not for a command
NOT_SAID = (  # bytes of a draw, pages, streams of chance, texts of files that are written
    "huiguan ticket 1",
    "huiguan secret 1",
    "huiguan value 1",
    "first image",
    *(
        f"read {what}"
        for what in ("hall", "session", "orders", "positions", "accounts", "switches")
    ),
    *(f"{do} key" for do in ("make", "withdraw", "list")),
    *(f"keys {do}" for do in ("add", "withdraw")),
    "order of arrival",
    "Input should be",
    "Callable[",
    'round = "my-round',
    "# Slots are filled",
    "Value error,",
    ". Did you mean",
    ", did you mean",
    ", unable to parse string as an integer",
    "Object missing required field",
    "<svg",
    "<?xml",
    "<line",
    "<path",
    "<g ",
    "<tr>",
    "<polyline",
    "Cookie, Accept",
    "public, max-age",
    "PRAGMA ",
    "SELECT pg_",
    "<!doctype html>",
    ":root {",
    "td { vertical-align",
    "[[policy]]",
    "# Made by ",
    "# Product ",
)


def text_of(node: ast.AST) -> str | None:
    """Return a text as the catalogue writes it, or None."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if not isinstance(node, ast.JoinedStr):
        return None
    parts, holes = [], 0
    for value in node.values:
        if isinstance(value, ast.Constant):
            parts.append(str(value.value))
        else:
            parts.append(f"{{{holes}}}")
            holes += 1
    return "".join(parts)


def name_of(call: ast.Call) -> str:
    """Return the name of what is called."""
    return getattr(call.func, "id", getattr(call.func, "attr", ""))


def below(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what a node holds that may be said: no documentation, no assert's own sentence."""
    body = getattr(node, "body", None)
    first = body[0] if isinstance(body, list) and body else None
    for child in ast.iter_child_nodes(node):
        documented = child is first and text_of(getattr(child, "value", child)) is not None
        marked = isinstance(child, ast.Call) and name_of(child) in DOCUMENTED
        if documented or marked or isinstance(child, ast.Assert):
            continue
        if isinstance(child, ast.keyword) and child.arg in DOCUMENTED:
            continue
        yield child


def sentences_in(tree: ast.AST) -> Iterator[str]:
    """Yield every sentence of a file."""
    text = text_of(tree)
    if text is not None:
        alone = not CJK.search(text) and not text.strip().startswith(NOT_SAID)
        if alone and PROSE.search(HOLE.sub("", text)):
            yield text.lstrip("#")  # a mark of a column, see Grid
        if isinstance(tree, ast.Constant):
            return
    for child in below(tree):
        if not (isinstance(tree, ast.JoinedStr) and isinstance(child, ast.Constant)):
            yield from sentences_in(child)


def sentences() -> dict[str, str]:
    """Return every sentence of the program, with the file it stands in."""
    found: dict[str, str] = {}
    for path in sorted(SOURCE.rglob("*.py")):
        name = path.relative_to(SOURCE).as_posix()
        if name.startswith(ALONE) or "/migrations/" in name:  # what tables refuse past services
            continue
        tree: ast.AST = ast.parse(path.read_text("utf-8"))
        parts = [tree]
        if name in RAISES_ONLY:
            parts = [node for node in ast.walk(tree) if isinstance(node, ast.Raise)]
        for part in parts:
            for sentence in sentences_in(part):
                found.setdefault(sentence, name)
    return found


def told() -> dict[str, str]:
    """Return what commands hand to a printer as it is written, also where it is one word long."""
    found: dict[str, str] = {}
    for path in sorted((SOURCE / "cli").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and name_of(node) in PRINTERS:
                for text in filter(None, map(text_of, node.args)):
                    if WORD.search(HOLE.sub("", text)):
                        found.setdefault(text, path.name)
    return found


def said_on_pages(tag: str) -> dict[str, str]:
    """Return the texts that templates hand to a tag, ``say`` or ``head``, as they are written."""
    found: dict[str, str] = {}
    for path in sorted((SOURCE / "office").rglob("*.html")):
        for text in re.findall(rf'{{%\s*{tag} "([^"]*)"', path.read_text("utf-8")):
            found.setdefault(text, path.name)
    return found


def left_on_pages() -> dict[str, str]:
    """Return what templates show of English that is in no tag."""
    found: dict[str, str] = {}
    for path in sorted((SOURCE / "office").rglob("*.html")):
        whole = re.sub(r"{% block body %}.*?{% endblock %}", "", path.read_text("utf-8"))
        text = re.sub(r"\{[%{#].*?[%}#]\}|<!doctype html>", "\0", whole)
        shown = re.sub(r"<[^>]*>", "\0", text)
        named = re.findall(r'(?:aria-label|title|alt|placeholder|data-lost)="([^"]*)"', text)
        for words in [*shown.split("\0"), *named]:
            if WORD.search(words):
                found.setdefault(words.strip(), path.name)
    return found


def columns() -> set[str]:
    """Return the heads of the tables that commands print, where they are written out."""
    found: set[str] = set()
    for path in sorted((SOURCE / "cli").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            named = isinstance(node, ast.Call) and name_of(node) in {"show_table", "table_of"}
            heads: list[ast.AST] = node.args[1:2] if named else []  # type: ignore[attr-defined]
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                heads += [node.value] * (node.targets[0].id in {"heads", "headings", "columns"})
            for row in heads:
                if isinstance(row, ast.Tuple):
                    found |= {text.lstrip("#") for text in map(text_of, row.elts) if text}
    return found
