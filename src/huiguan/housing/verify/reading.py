"""What is read of a round folder, and how strictly: one spelling of every file, and no other.

Only plain files of a bearable size are opened. A table is matched byte by byte against the one form
its rows have; a TOML file line by line against the keys it must have, in their order.
"""

import hashlib
import re
import stat
from collections.abc import Iterator
from datetime import date
from itertools import islice, pairwise
from operator import lt
from pathlib import Path
from typing import Any

TABLE_BYTES, TEXT_BYTES = 1 << 30, 1 << 20  # most of a table, and of any other file
MOST_NAMES = 10_000  # files in a folder
WHOLE = "(?:0|[1-9][0-9]{0,8})"
IDEOGRAPHS = r"\u3400-\u4dbf\u4e00-\u9fff"  # of Chinese: in names too, since format 3
SIGNS = r"\u00b7\u2014\u2018\u2019\u201c\u201d\u2026\u3001\u3002\u300a-\u3011\uff01\uff08\uff09"
SIGNS += r"\uff0c\uff1a\uff1b\uff1f"  # of Chinese, in texts
NAME = f"[A-Za-z0-9._{IDEOGRAPHS}-]{{1,48}}"
NUMBER = "[0-9]{8}[0-9X]"
HASH = "[0-9a-f]{64}"
INK = rf"[!#-+\--~{SIGNS}{IDEOGRAPHS}]"  # printable, no blank, no comma, no quote
TEXT = f"(?:{INK}(?:[ {INK[1:]}*{INK})?)?"
LETTERS = rf'"[ !#-\[\]-~{SIGNS}{IDEOGRAPHS}]*"'  # no quote, no backslash, between quotes
DAY = "(?:19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}"
TABLES = {  # columns, how many of them name a row, and the form of a row
    "programmes.csv": (
        "programme,stock,let,held,reason,own,capacity,size_least,size_most,sex,policy",
        1,
        f"{NAME},{WHOLE},{WHOLE},{WHOLE},{TEXT}(?:,{WHOLE}){{4}},(?:any|f|m),{NAME}",
    ),
    "applications.csv": (
        "number,state,tier,size,weight,since",
        1,
        f"{NUMBER},(?:in|refused|withdrawn|void),{WHOLE},{WHOLE},{WHOLE},(?:{DAY})?",
    ),
    "choices.csv": ("number,choices", 1, f"{NUMBER},(?:{NAME}(?: {NAME})*+)?"),
    "facts.csv": (
        "number,fact,value",
        3,
        f"{NUMBER},(?:sex,[fm]|own,{NAME}|claim,{NAME}(?:@{NAME})?|tier,{WHOLE}@{NAME})",
    ),
    "tickets.csv": (
        "number,place,rank,k,ticket",
        1,
        f"{NUMBER},{WHOLE},{WHOLE},{WHOLE},{HASH}",
    ),
    "cutoffs.csv": (
        "programme,slot,seats,filled,tier,place",
        2,
        f"{NAME},{NAME},{WHOLE},{WHOLE},(?:{WHOLE},{WHOLE}|,)",
    ),
    "results.csv": (
        "number,programme,slot,tier",
        1,
        f"{NUMBER},(?:{NAME},{NAME},{WHOLE}|,,)",
    ),
    "answers.csv": ("number,answer", 1, f"{NUMBER},(?:settled|withdrawn)"),
}
LONGEST_VALUE = 48  # of a fact
VALUES = {  # of a key of TOML
    "text": LETTERS,
    "texts": rf"\[{LETTERS}(?:, {LETTERS})*\]",
    "number": "0|[1-9][0-9]{0,17}",
    "day": DAY,
    "truth": "true|false",
}
HEAD = {
    "format": "number",
    "round": "text",
    "attempt": "number",
    "previous": "text",
    "date": "text",
    "lottery": "text",
    "randomness": "text",
    "chain": "text",
    "beacon_round": "number",
    "list_limit": "number",
    "profile": "text",
    "promise": "text",
    "[[party]]": {"name": "text", "commitment": "text"},
}
DRAW = {
    "format": "number",
    "commitment": "text",
    "value": "text",
    "beacon_round": "number",
    "signature": "text",
    "dice": "text",
    "[[party]]": {"name": "text", "commitment": "text", "secret": "text"},
}
PROFILE = {
    "name": "text",
    "effective": "day",
    "public": "texts",
    "sealed": "texts",
    "source": "text",
    "status": "text",
}
SLOT = {
    "name": "text",
    "claim": "text",
    "own": "truth",
    "seats": "number",
    "share": "text",
    "rounding": "text",
    "minimum": "number",
    "lapses": "truth",
}
POLICY = {"name": "text", "source": "text", "status": "text", "[[policy.slot]]": SLOT}
POLICIES = {"[[policy]]": POLICY}
MARKER = {
    "format": "number",
    "commitment": "text",
    "last": "text",
    "digest": "text",
    "reason": "text",
    "by": "text",
}


class Unreadable(Exception):  # noqa: N818  a finding that ends the reading
    """A file that cannot be understood, and why: nothing that rests on it can be proved."""

    def __init__(self, where: str, what: str) -> None:
        super().__init__(f"{where}: {what}")


def plain_names(folder: Path) -> Iterator[tuple[str, bool]]:
    """Yield every name below the folder, and whether it is a plain file; links are not followed."""
    waiting = [""]
    while waiting:
        inside = waiting.pop()
        paths = list((folder / inside).iterdir())
        if inside and not paths:
            yield inside, False
        for path in paths:
            name, kind = inside + path.name, path.lstat().st_mode
            if stat.S_ISDIR(kind) and re.fullmatch("rules|reruns(/[1-9][0-9]{0,3})?", name):
                waiting.append(name + "/")
            else:
                yield name, stat.S_ISREG(kind)


class Round:
    """What was read, what was found wrong with it, and what it leaves unproved."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.findings: list[str] = []
        self.unproved: list[str] = []
        self.names: set[str] = set()
        self.tables: dict[str, list[list[str]]] = {}
        self.whole = False  # the sealed files are here
        self.wide = False  # names and texts may be Chinese: format 3
        self.void = ""  # why the attempt counts for nothing, and who said so

    def wrong(self, where: str, what: str) -> None:
        self.findings.append(f"{where}: {what}")

    def read(self, name: str) -> bytes:
        """Return the bytes of a plain file; anything else is refused without being opened."""
        path = self.folder / name
        if not path.exists() or not stat.S_ISREG(path.lstat().st_mode):
            raise Unreadable(name, "it is missing, or no plain file")
        most = TABLE_BYTES if name.endswith(".csv") else TEXT_BYTES
        if path.lstat().st_size > most:
            raise Unreadable(name, f"it has more than {most:,} bytes")
        with path.open("rb") as file:
            return file.read(most)

    def sha256(self, name: str) -> str:
        return hashlib.sha256(self.read(name)).hexdigest()

    def lines(self, name: str) -> list[str]:
        """Return every row as it stands, after comparing each byte with the form of the table."""
        header, keys, form = TABLES[name.rpartition("/")[2]]
        data = self.read(name)
        if not data.startswith(f"{header}\n".encode()):
            raise Unreadable(name, f"the first line must be {header}")
        end = right_until(form, data, len(header) + 1, self.wide)
        if end < len(data):
            line, text = data.count(b"\n", 0, end) + 1, data[end : end + 80]
            raise Unreadable(name, f"line {line} does not have the form of its table: {text!a}")
        body = data.decode("utf-8").split("\n")[1:-1]
        if not all(map(lt, body, islice(body, 1, None))):
            line = next(n for n, (a, b) in enumerate(pairwise(body), 3) if a >= b)
            raise Unreadable(name, f"line {line} is not in byte order, or stands twice")
        named = [line.split(",", keys)[:keys] for line in body] if keys < 3 else []
        for line, (first, second) in enumerate(pairwise(named), 3):
            if first == second:
                raise Unreadable(name, f"line {line} names what the line before it names")
        return body

    def rows(self, name: str) -> list[list[str]]:
        """Return the fields of every row."""
        if name not in self.tables:
            self.tables[name] = [line.split(",") for line in self.lines(name)]
        return self.tables[name]

    def toml(self, name: str, keys: dict[str, Any]) -> dict[str, Any]:
        """Return a TOML file that has just these keys, in this order and one spelling."""
        data = self.read(name)
        wide = self.wide or data.startswith(b"format = 3\n")
        if not data.endswith(b"\n") or not (wide or data.isascii()):
            raise Unreadable(name, "it is not ASCII, or its last line has no end")
        lines = data.decode("utf-8").split("\n")[:-1]
        if "[[" in next(iter(keys)):  # only tables: the first has no blank line before it
            lines.insert(0, "")
        lines.reverse()
        found = read_keys(name, lines, keys)
        if lines:
            raise Unreadable(name, f"{lines[-1][:80]!a} has no place there, or stands twice")
        return found


def right_until(form: str, data: bytes, start: int, wide: bool) -> int:
    """Return up to where the rows of a table, from ``start`` on, have the form of a row."""
    if wide and not data.isascii():
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError as fault:
            return data.rfind(b"\n", 0, fault.start) + 1
        found = re.compile(f"(?:{form}\n)*+").match(text, start)  # the heading is ASCII
        return len(text[: found.end()].encode()) if found else 0
    narrow = form.replace(SIGNS, "").replace(IDEOGRAPHS, "").encode()
    right = re.compile(b"(?:%s\n)*+" % narrow).match(data, start)
    return right.end() if right else 0


def read_keys(name: str, lines: list[str], keys: dict[str, Any]) -> dict[str, Any]:
    """Return the keys at the end of ``lines`` (the next line is the last) and take them off."""
    found: dict[str, Any] = {}
    for key, kind in keys.items():
        if key.startswith("[["):
            tables = found[key.strip("[]").rpartition(".")[2]] = []
            while lines[-2:] == [key, ""]:
                del lines[-2:]
                tables.append(read_keys(name, lines, kind))
            continue
        line = lines.pop() if lines else ""
        start, _, value = line.partition(" = ")
        if start != key or not re.fullmatch(VALUES[kind], value):
            raise Unreadable(name, f"a line like '{key} = ...' is due, not {line[:80]!a}")
        if kind == "texts":
            found[key] = re.findall('"([^"]*)"', value)
        elif kind == "number":
            found[key] = int(value)
        elif kind == "truth":
            found[key] = value == "true"
        else:
            found[key] = value.strip('"')
    return found


def is_day(text: str) -> bool:
    """Return whether a text is a day of the calendar."""
    try:
        return bool(re.fullmatch(DAY, text)) and bool(date.fromisoformat(text))
    except ValueError:
        return False
