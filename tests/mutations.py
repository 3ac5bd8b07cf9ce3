"""Changes somebody could plant in the folder of a round, each with what it has to be told by.

A change is raw (the lists still have the old hashes), signed (the lists are made to fit) or forged
(everything that follows is made anew too: lists, tickets, results), as far as the program that
makes rounds goes along with it.
"""

import os
import re
import socket
from collections.abc import Callable
from pathlib import Path

import numpy as np

from huiguan.housing.round.outcome import allocate, cutoffs_of, draw_tickets_of, results_of
from huiguan.housing.round.records import DrawRecord
from huiguan.storage.homes.round_columns import tickets_bytes
from huiguan.storage.homes.round_folder import (
    OUTCOME,
    match_bytes,
    read_draw,
    read_drawing,
    read_frozen,
    read_ranks,
)
from huiguan.storage.homes.round_toml import toml_bytes
from tests.rounds import listed_bytes

Change = Callable[[np.random.Generator, Path], None]
Bytes = Callable[[np.random.Generator, bytes], bytes]


class NowhereError(Exception):
    """The file has nothing that the change could alter."""


def names_of(folder: Path) -> list[str]:
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


def sign(folder: Path) -> None:
    """Make every list fit the files as they are."""
    there = set(names_of(folder))
    for name in ("MANIFEST", "RESULT", *(f"reruns/{n}/RESULT" for n in range(1, 9))):
        path = folder / name
        if path.is_file():
            listed = [line[66:] for line in path.read_text("ascii", "replace").splitlines()]
            if there.issuperset(listed):
                path.write_bytes(listed_bytes(folder, listed))


def forge(folder: Path) -> None:
    """Draw and allocate anew from frozen files that no freeze would have let through."""
    for step in ("reruns", "RESULT"):
        for path in sorted((folder / step).rglob("*"), reverse=True):
            path.unlink() if path.is_file() else path.rmdir()
        if (folder / step).is_dir():
            (folder / step).rmdir()
        else:
            (folder / step).unlink(missing_ok=True)
    sign(folder)
    given, record = read_drawing(folder), read_draw(folder)
    record = DrawRecord(
        commitment=given.commitment, value=record.value, dice=record.dice, party=record.party
    )
    tickets = draw_tickets_of(
        given.head, given.commitment, record.value, given.numbers, given.weights, given.since
    )
    (folder / "tickets.csv").write_bytes(tickets_bytes(tickets))
    (folder / "draw.toml").write_bytes(toml_bytes(record))
    frozen = read_frozen(folder)
    made = allocate(frozen, read_ranks(folder, frozen))
    files = match_bytes(frozen, results_of(frozen, made), cutoffs_of(frozen, made))
    for name, data in files.items():
        (folder / name).write_bytes(data)
    (folder / "RESULT").write_bytes(listed_bytes(folder, ("MANIFEST", *OUTCOME)))


def a_line(chance: np.random.Generator, data: bytes) -> tuple[list[bytes], int]:
    lines = data.split(b"\n")
    return lines, int(chance.integers(0, max(len(lines) - 1, 1)))


def in_a_line(change: Callable[[bytes], bytes]) -> Bytes:
    """Return a change of some line that the change alters."""

    def changed(chance: np.random.Generator, data: bytes) -> bytes:
        lines = data.split(b"\n")
        for at in chance.permutation(len(lines)).tolist():
            if change(lines[at]) != lines[at]:
                lines[at] = change(lines[at])
                break
        return b"\n".join(lines)

    return changed


def flip(chance: np.random.Generator, data: bytes) -> bytes:
    at, bit = int(chance.integers(len(data))), int(chance.integers(8))
    return data[:at] + bytes([data[at] ^ 1 << bit]) + data[at + 1 :]


def insert(piece: bytes) -> Bytes:
    def changed(chance: np.random.Generator, data: bytes) -> bytes:
        at = int(chance.integers(len(data) + 1))
        return data[:at] + piece + data[at:]

    return changed


def line_twice(chance: np.random.Generator, data: bytes) -> bytes:
    lines, at = a_line(chance, data)
    return b"\n".join([*lines[:at], lines[at], *lines[at:]])


def line_gone(chance: np.random.Generator, data: bytes) -> bytes:
    lines, at = a_line(chance, data)
    return b"\n".join(lines[:at] + lines[at + 1 :])


def lines_exchanged(chance: np.random.Generator, data: bytes) -> bytes:
    lines = data.split(b"\n")
    first, second = chance.choice(max(len(lines) - 1, 2), 2, replace=False).tolist()
    lines[first], lines[second] = lines[second], lines[first]
    return b"\n".join(lines)


BYTES: dict[str, Bytes] = {
    "flip": flip,
    "nul": insert(b"\0"),
    "byte 255": insert(b"\xff"),
    "carriage return": insert(b"\r"),
    "quote": insert(b'"'),
    "tab": insert(b"\t"),
    "empty line": insert(b"\n\n"),
    "crlf": lambda _, data: data.replace(b"\n", b"\r\n"),
    "mark": lambda _, data: b"\xef\xbb\xbf" + data,
    "no end": lambda _, data: data[:-1],
    "one more end": lambda _, data: data + b"\n",
    "half": lambda _, data: data[: len(data) // 2],
    "empty": lambda _, __: b"",
    "noise": lambda chance, _: chance.bytes(500),
    "long line": lambda _, data: data + b"A" * 200_000 + b"\n",
    "deep": lambda _, data: data + b"x = " + b"[" * 100_000 + b"\n",
    "many parts": lambda _, data: data + b"a." * 400_000 + b"a = 1\n",
    "comment": lambda _, data: data + b"# a remark\n",
    "comment behind": in_a_line(lambda line: line + b" # a remark" if line else line),
    "blank behind": in_a_line(lambda line: line + b" " if line else line),
    "blank before": in_a_line(lambda line: b" " + line if line else line),
    "plus": in_a_line(lambda line: re.sub(rb"([,= ])([0-9])", rb"\1+\2", line, count=1)),
    "minus": in_a_line(lambda line: re.sub(rb"([,= ])([0-9])", rb"\1-\2", line, count=1)),
    "zero before": in_a_line(lambda line: re.sub(rb"([,= ])([0-9])", rb"\g<1>0\2", line, count=1)),
    "underscore": in_a_line(lambda line: re.sub(rb"([,= ][1-9])", rb"\g<1>_0", line, count=1)),
    "fraction": in_a_line(lambda line: re.sub(rb"([,= ][0-9])(,|$)", rb"\1.0\2", line, count=1)),
    "huge": in_a_line(
        lambda line: re.sub(rb"([,= ])[0-9]", rb"\g<1>" + b"9" * 5000, line, count=1)
    ),
    "power": in_a_line(lambda line: re.sub(rb"([,= ])[0-9]", rb"\g<1>9e99999999", line, count=1)),
    "line twice": line_twice,
    "line gone": line_gone,
    "lines exchanged": lines_exchanged,
}


def of_file(name: str, change: Bytes) -> Change:
    def changed(chance: np.random.Generator, folder: Path) -> None:
        path = folder / name
        old = path.read_bytes()
        for _ in range(50):
            if (new := change(chance, old)) != old:
                path.write_bytes(new)
                return
        raise NowhereError(name)

    return changed


def remove(name: str) -> Change:
    return lambda _, folder: (folder / name).unlink()


def link(name: str) -> Change:
    def changed(_: np.random.Generator, folder: Path) -> None:
        kept = folder.with_name(folder.name + ".kept")
        (folder / name).rename(kept)
        (folder / name).symlink_to(kept)

    return changed


def zeros(name: str) -> Change:
    def changed(_: np.random.Generator, folder: Path) -> None:
        (folder / name).unlink()
        (folder / name).symlink_to("/dev/zero")

    return changed


def pipe(name: str) -> Change:
    def changed(_: np.random.Generator, folder: Path) -> None:
        (folder / name).unlink()
        os.mkfifo(folder / name)

    return changed


def a_folder(name: str) -> Change:
    def changed(_: np.random.Generator, folder: Path) -> None:
        (folder / name).unlink()
        (folder / name).mkdir()

    return changed


def door(name: str) -> Change:
    def changed(_: np.random.Generator, folder: Path) -> None:
        (folder / name).unlink()
        here = Path.cwd()
        os.chdir(folder)  # the path of a socket has at most 107 bytes
        try:
            with socket.socket(socket.AF_UNIX) as opened:
                opened.bind(name)
        finally:
            os.chdir(here)

    return changed


def large(name: str) -> Change:
    def changed(_: np.random.Generator, folder: Path) -> None:
        os.truncate(folder / name, 1 << 40)  # a file of holes

    return changed


KINDS: dict[str, Callable[[str], Change]] = {
    "removed": remove,
    "link": link,
    "zeros": zeros,
    "pipe": pipe,
    "folder": a_folder,
    "socket": door,
    "terabyte": large,
}


def extra(name: str, data: bytes = b"x\n") -> Change:
    def changed(_: np.random.Generator, folder: Path) -> None:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)

    return changed


def empty_folder(name: str) -> Change:
    return lambda _, folder: (folder / name).mkdir(parents=True)


EXTRA = {
    name: extra(name)
    for name in (
        "notes.txt",
        ".hidden",
        "results.csv.new",
        "LOCK",
        "CHANGE",
        "choices.csv.bak",
        "PREVIOUS",
        "rules/more.toml",
        "rules/notes.txt",
        "reruns/notes.txt",
        "reruns/1/notes.txt",
        "reruns/9/RESULT",
        "reruns/01/RESULT",
        "reruns/3.new/RESULT",
        "old/results.csv",
        "rules/deep/more.toml",
        "new\nline",
        "\udcff",
    )
} | {name + "/": empty_folder(name) for name in ("reruns/3", "old", "rules/empty")}


def edit(name: str, old: str, new: str | Callable[[re.Match[str]], str]) -> Change:
    """Return a change of the first text that fits a pattern."""

    def changed(_: np.random.Generator, folder: Path) -> None:
        text = (folder / name).read_text("ascii")
        changed_text = re.sub(old, new, text, count=1, flags=re.MULTILINE)
        assert changed_text != text, (name, old)
        (folder / name).write_text(changed_text, "ascii")

    return changed


def number_in(state: str) -> str:
    """Return a pattern that finds the number of some application in ``state``."""
    return rf"^([0-9]{{8}}[0-9X]),{state},"


def more_line(name: str, line: str) -> Change:
    """Return a change that puts a row in its place among the others."""

    def changed(_: np.random.Generator, folder: Path) -> None:
        number = re.search(number_in("in"), (folder / "applications.csv").read_text(), re.MULTILINE)
        assert number
        header, *rows = (folder / name).read_text().splitlines()
        rows = sorted([*rows, line.format(number=number[1])])
        (folder / name).write_text("".join(f"{row}\n" for row in [header, *rows]))

    return changed


def several(*changes: Change) -> Change:
    def changed(chance: np.random.Generator, folder: Path) -> None:
        for change in changes:
            change(chance, folder)

    return changed


HEAD, POLICY, PROFILE = "round.toml", "rules/policies.toml", "rules/publication.toml"
HOMES, PEOPLE, LISTS, FACTS = "programmes.csv", "applications.csv", "choices.csv", "facts.csv"
ROW = r"^(P[0-9]+,[0-9]+,[0-9]+,[0-9]+,[a-z]*,[0-9]+,[0-9]+),[0-9]+,[0-9]+"
FROZEN: dict[str, Change] = {
    "another promise": edit(HEAD, "no false ranking", "no ranking"),
    "another limit": edit(HEAD, "^list_limit = .*", "list_limit = 19"),
    "lists over the limit": several(
        edit(HEAD, "^list_limit = .*", "list_limit = 1"),
        edit(HEAD, "fewer than [0-9]+", "fewer than 1"),
    ),
    "no limit": several(
        edit(HEAD, "^list_limit = .*", "list_limit = 0"),
        edit(HEAD, "fewer than [0-9]+", "fewer than 0"),
    ),
    "another attempt": edit(HEAD, "^attempt = .*", "attempt = 0"),
    "attempt after none": edit(HEAD, "^previous = .*", 'previous = ""'),
    "attempt after another": edit(HEAD, "^previous = .*", f'previous = "{"0" * 64}"'),
    "attempt after no hash": edit(HEAD, "^previous = .*", 'previous = "before"'),
    "no such day": edit(HEAD, "^date = .*", 'date = "2026-02-30"'),
    "another lottery": edit(HEAD, "^lottery = .*", 'lottery = "rank"'),
    "other chance": edit(HEAD, "^randomness = .*", 'randomness = "office"'),
    "a chain in vain": edit(HEAD, "^chain = .*", f'chain = "{"0" * 64}"'),
    "a beacon in vain": edit(HEAD, "^beacon_round = .*", "beacon_round = 7"),
    "another profile": edit(HEAD, "^profile = .*", 'profile = "counts-only"'),
    "a later format": edit(HEAD, "^format = .*", "format = 4"),
    "an earlier format": edit(HEAD, "^format = .*", "format = 0"),
    "no name": edit(HEAD, "^round = .*", 'round = ""'),
    "an unknown key": edit(HEAD, "^profile = ", 'colour = "red"\nprofile = '),
    "a key twice": edit(HEAD, "^profile = .*", 'profile = "standard"\nprofile = "standard"'),
    "keys exchanged": edit(HEAD, "^(attempt = .*)\n(previous = .*)", r"\2\n\1"),
    "another quote": edit(HEAD, '^profile = "(.*)"', r"profile = '\1'"),
    "a pledge in capitals": edit(HEAD, "^commitment = .*", f'commitment = "{"A" * 64}"'),
    "a short pledge": edit(HEAD, "^commitment = .*", 'commitment = "ab"'),
    "a party twice": edit(HEAD, r"^(\[\[party\]\]\n.*\n.*\n)", r"\1\n\1"),
    "a party with =": edit(HEAD, '^name = "', 'name = "='),
    "nobody draws": edit(HEAD, r"^\[\[party\]\](\n.*)*\Z", ""),
    "a policy twice": edit(POLICY, r"(?s)\A(.*)\Z", r"\1\n\1"),
    "a slot twice": edit(
        POLICY, r"(?s)(\n\[\[policy\.slot\]\]\nname = \"access.*?)(\n\n|\Z)", r"\1\1\2"
    ),
    "a slot called rest": edit(POLICY, '^name = "access"', 'name = "rest"'),
    "a slot without a name": edit(POLICY, '^name = "access"', 'name = ""'),
    "own homes last": edit(POLICY, "(?s)own = true(.*)own = false", r"own = false\1own = true"),
    "own homes for a claim": edit(POLICY, '^claim = ""', 'claim = "access"'),
    "more than everything": edit(POLICY, '^share = "20%"', 'share = "120%"'),
    "a share with a power": edit(POLICY, '^share = "20%"', 'share = "2e1%"'),
    "a share of thousands of digits": edit(POLICY, '^share = "20%"', f'share = "0.{"1" * 5000}"'),
    "a share by zero": edit(POLICY, '^share = "20%"', 'share = "1/0"'),
    "a share in another script": edit(POLICY, '^share = "20%"', 'share = "\\\\u0662"'),
    "an unknown rounding": edit(POLICY, '^rounding = "up"', 'rounding = "nearest"'),
    "seats in two ways": edit(POLICY, r'^seats = 0\nshare = "20%"', 'seats = 2\nshare = "20%"'),
    "seats below none": edit(POLICY, "^seats = 0", "seats = -1"),
    "a claim with a blank": edit(POLICY, '^claim = "access"', 'claim = "own home"'),
    "a word for a truth": edit(POLICY, "^lapses = true", 'lapses = "yes"'),
    "a number for a truth": edit(POLICY, "^lapses = true", "lapses = 1"),
    "a fraction for a number": edit(POLICY, "^minimum = 1", "minimum = 1.0"),
    "hexadecimal": edit(POLICY, "^minimum = 1", "minimum = 0x1"),
    "an unknown key of a slot": edit(POLICY, "^minimum = 1", "minimum = 1\nmaximum = 2"),
    "a key of a slot left out": edit(POLICY, "^minimum = 1\n", ""),
    "lists are public": edit(PROFILE, r"^public = \[", 'public = ["choices.csv", '),
    "cut-offs are sealed": edit(PROFILE, r"^sealed = \[", 'sealed = ["cutoffs.csv", '),
    "facts are nowhere": edit(PROFILE, ', "facts.csv"', ""),
    "results are sealed alone": several(
        edit(PROFILE, ', "results.csv"', ""),
        edit(PROFILE, '"facts.csv"', '"facts.csv", "results.csv"'),
    ),
    "a profile of later": edit(PROFILE, "^effective = .*", "effective = 2031-01-01"),
    "nobody is of this size": edit(HOMES, ROW, r"\1,5,2"),
    "homes for nobody": edit(HOMES, ROW, r"\1,0,3"),
    "a home too many": edit(HOMES, "^(P[0-9]+),9,", r"\1,10,"),
    "held for no reason": edit(HOMES, ",repair,", ",,"),
    "held for a blank": edit(HOMES, ",repair,", ", ,"),
    "a policy nobody knows": edit(HOMES, ",standard$", ",other"),
    "another sex": edit(HOMES, ",any,", ",x,"),
    "a home twice": edit(HOMES, "^(P.*\n)", r"\1\1"),
    "one tenant more": edit(
        HOMES, r"^(P[0-9]+,.*,repair),([0-9]),", lambda m: f"{m[1]},{int(m[2]) + 1},"
    ),
    "no homes": edit(HOMES, r"(?s)\n.*", "\n"),
    "no ticket": edit(PEOPLE, r",(\d+),(\d+),(\d+),$", r",\1,\2,0,"),
    "too many tickets": edit(PEOPLE, r",(\d+),(\d+),(\d+),$", r",\1,\2,10001,"),
    "billions of tickets": edit(PEOPLE, r",(\d+),(\d+),(\d+),$", r",\1,\2,999999999,"),
    "nobody in it": edit(PEOPLE, r",(\d+),(\d+),(\d+),$", r",\1,0,\3,"),
    "no such tier": edit(PEOPLE, r",(\d+),(\d+),(\d+),$", r",4294967296,\2,\3,"),
    "no day of the calendar": edit(PEOPLE, r",(\d+),$", r",\1,2026-02-30"),
    "day without zeros": edit(PEOPLE, r",(\d+),$", r",\1,2026-2-3"),
    "a day in words": edit(PEOPLE, r",(\d+),$", r",\1,yesterday"),
    "an unknown state": edit(PEOPLE, ",in,", ",maybe,"),
    "a wrong character": edit(
        PEOPLE,
        "^([0-9]{7})([0-9])([0-9X])",
        lambda m: f"{m[1]}{m[2]}{(int(m[3].replace('X', '3')) + 1) % 10}",
    ),
    "a home named twice": edit(LISTS, "^([0-9X]+,.* )?(P[0-9]+)$", r"\1\2 \2"),
    "a home that is not": edit(LISTS, ",P[0-9]+", ",P99999"),
    "two blanks": edit(LISTS, r"(P[0-9]+) (P[0-9]+)", r"\1  \2"),
    "a comma in a list": edit(LISTS, r"(P[0-9]+) (P[0-9]+)", r"\1,\2"),
    "a list of a stranger": more_line(LISTS, "99999999X,"),
    "both sexes": edit(FACTS, r"^([0-9X]+),sex,m$", r"\1,sex,f\n\1,sex,m"),
    "a sex at a place": edit(FACTS, r",sex,f$", ",sex,f@P00001"),
    "an own home at a place": edit(FACTS, r",own,(P[0-9]+)$", r",own,\1@P00001"),
    "two own homes": edit(FACTS, r"^([0-9X]+),own,(P[0-9]+)$", r"\1,own,\2\n\1,own,P99998"),
    "a claim at no place": edit(FACTS, r",claim,access$", ",claim,access@P99999"),
    "a claim at nothing": edit(FACTS, r",claim,access$", ",claim,access@"),
    "no claim at a place": edit(FACTS, r",claim,veteran@", ",claim,@"),
    "a claim at two places": edit(FACTS, r",claim,veteran@(P[0-9]+)$", r",claim,veteran@\1@\1"),
    "a tier twice": edit(FACTS, r"^([0-9X]+),tier,0@(P[0-9]+)$", r"\1,tier,0@\2\n\1,tier,1@\2"),
    "a tier with a zero": edit(FACTS, r",tier,0@", ",tier,00@"),
    "a tier with a sign": edit(FACTS, r",tier,0@", ",tier,-1@"),
    "a tier past all": edit(FACTS, r",tier,0@", ",tier,4294967296@"),
    "a tier nowhere": edit(FACTS, r",tier,0@P[0-9]+", ",tier,0"),
    "an unknown fact": edit(FACTS, r",sex,f$", ",age,f"),
    "a fact of a stranger": more_line(FACTS, "99999999X,sex,f"),
    "a long claim": edit(FACTS, r",claim,access$", f",claim,{'a' * 60}"),
    "another attempt is void": edit("PREVIOUS", "^commitment = .*", f'commitment = "{"0" * 64}"'),
    "void by nobody": edit("PREVIOUS", "^by = .*", 'by = ""'),
    "void for nothing": edit("PREVIOUS", "^reason = .*", 'reason = " "'),
    "void after nothing": edit("PREVIOUS", "^digest = .*", 'digest = ""'),
}
