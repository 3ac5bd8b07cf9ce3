"""The public draw: application numbers, tickets, ranks, and the value nobody can choose.

ticket(number, k) = SHA-256 of six ASCII lines, each ended by a line feed::

    huiguan ticket 1
    <round>
    <commitment, 64 hexadecimal digits>
    <public value, 64 hexadecimal digits>
    <number>
    <k, from 1>

An application of weight w holds the tickets k = 1..w and stands where its best (smallest) ticket
stands. Nothing is taken modulo anything, so no place in the order is likelier than its weight.
Anyone can repeat one ticket with ``printf`` and ``sha256sum``.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Annotated

import msgspec
import numpy as np

from huiguan.foundation.cited import rule
from huiguan.foundation.faults import InputFault
from huiguan.foundation.readers.names import check_digit, name, once
from huiguan.foundation.readers.signatures import checked
from huiguan.foundation.readers.values import whole_number
from huiguan.housing.round.letters import TEXT

DOMAIN = "huiguan ticket 1"
SERIAL_DIGITS = 8
SIGNATURE = re.compile(r"([0-9a-fA-F]{2})+")
MOST_TICKETS = 10_000  # of one application: every one is hashed, by everybody who checks


class Ticket(msgspec.Struct, frozen=True):
    """The best ticket of one application, and its place in the draw."""

    number: str
    rank: int  # from 1
    k: int  # which of its tickets
    ticket: str  # 64 hexadecimal digits


class Party(msgspec.Struct, frozen=True):
    """One party of a draw without a beacon: first the commitment is public, then the secret."""

    name: str
    commitment: str
    secret: str


@rule("ISO/IEC 7064, MOD 11-2 (GB 11643, last character)", "confirmed")
@checked
def check_character(digits: str) -> str:
    """Return the character that makes ``digits`` a number no single slip turns into another.

    It finds every wrong digit and every exchange of neighbours.
    Example: ``check_character("11010519491231002")`` is "X".
    """
    if not (digits.isascii() and digits.isdigit()):
        raise InputFault(f"{digits!r} is not only digits, so it has no check character")
    return check_digit(digits)


@rule("decisions, The walk of a home, 2: numbers at receipt", "assumed")
@checked
def application_number(serial: int) -> str:
    """Return the number of the ``serial``-th application received: eight digits and a check.

    Serials are counted at receipt, for refused applications too, and are never used again.
    Example: ``application_number(1)`` is "00000001X".
    """
    if not 0 < serial < 10**SERIAL_DIGITS:
        raise InputFault(f"serial {serial} has no number: serials run from 1 to 99999999")
    digits = f"{serial:0{SERIAL_DIGITS}d}"
    return digits + check_digit(digits)


@rule("ISO/IEC 7064, MOD 11-2 (GB 11643, last character)", "confirmed")
@checked
def number_is_valid(number: str) -> bool:
    """Return whether ``number`` is eight digits and their check character."""
    digits, check = number[:-1], number[-1:]
    return (
        len(number) == SERIAL_DIGITS + 1
        and digits.isascii()
        and digits.isdecimal()
        and check == check_digit(digits)
    )


def ascii_number(value: object, what: str) -> str:
    """Return an application's number as it stands in a ticket: ASCII without blanks."""
    number = name(value, what)
    if not number.isascii():
        raise InputFault(f"{what}: {number!r} is no application number; it is written in ASCII")
    return number


ApplicationNumber = Annotated[str, ascii_number]
Weight = Annotated[int, partial(whole_number, least=1, most=MOST_TICKETS)]


def ticket_prefix(round_name: str, commitment: str, value: str) -> bytes:
    """Return the first four lines of every ticket of a round, or refuse what is not clean."""
    for what, text in (("commitment", commitment), ("public value", value)):
        if len(text) != 64 or set(text) - set("0123456789abcdef"):
            raise InputFault(f"the {what} must be 64 small hexadecimal digits, not {text!r}")
    if not TEXT.fullmatch(round_name) or not round_name:
        raise InputFault(
            f"the name of a round is printable ASCII or Chinese without quotes, not {round_name!r}"
        )
    return f"{DOMAIN}\n{round_name}\n{commitment}\n{value}\n".encode()


@rule("decisions, The walk of a home, 4: tickets", "assumed")
@checked
def ticket_of(
    round_name: str, commitment: str, value: str, number: ApplicationNumber, k: Weight
) -> str:
    """Return ticket ``k`` (from 1) of ``number`` as 64 hexadecimal digits, of lines in UTF-8.

    Example: the SHA-256 of "huiguan ticket 1", the round, the commitment, the public value, the
    number and k, each on a line of its own.
    """
    prefix = ticket_prefix(round_name, commitment, value)
    return hashlib.sha256(prefix + f"{number}\n{k}\n".encode("ascii")).hexdigest()


def best_tickets(
    prefix: bytes, numbers: Sequence[str], weights: Sequence[int]
) -> tuple[np.ndarray, np.ndarray]:
    """Return the best ticket of every application (uint8 [n, 32]) and which one it is (from 1)."""
    if len(weights) and not 1 <= min(weights) <= max(weights) <= MOST_TICKETS:
        number, weight = next(
            (number, weight)
            for number, weight in zip(numbers, weights, strict=True)
            if not 1 <= weight <= MOST_TICKETS
        )
        raise InputFault(
            f"application {number} has weight {weight}; 1 to {MOST_TICKETS:,} tickets are due"
        )
    begun = hashlib.sha256(prefix).copy  # three of the four blocks are those of every ticket
    best: list[bytes] = []
    which = np.ones(len(numbers), dtype=np.int32)
    for row, (number, weight) in enumerate(zip(numbers, weights, strict=True)):
        line = number.encode("ascii")
        sha = begun()
        sha.update(line + b"\n1\n")
        ticket = sha.digest()
        if weight > 1:
            more = prefix + line
            others = (
                (hashlib.sha256(more + b"\n%d\n" % k).digest(), k) for k in range(2, weight + 1)
            )
            ticket, which[row] = min((ticket, 1), *others)
        best.append(ticket)
    return np.frombuffer(b"".join(best), dtype=np.uint8).reshape(-1, 32), which


def ranks_of_tickets(tickets: np.ndarray) -> np.ndarray:
    """Return the rank (from 1) of tickets uint8 [n, 32]: the smallest number has rank 1."""
    rank = np.empty(tickets.shape[0], dtype=np.int32)
    words = tickets.view(">u8").astype(np.uint64)
    order = np.argsort(words[:, 0])
    if (np.diff(words[order, 0]) == 0).any():  # eight bytes tell nearly all tickets apart
        order = np.lexsort(words.T[::-1])
    rank[order] = np.arange(1, rank.size + 1, dtype=np.int32)
    return rank


@rule("decisions, The walk of a home, 4: tickets", "assumed")
@checked
def draw_tickets(
    round_name: str, commitment: str, value: str, weights: Mapping[ApplicationNumber, Weight]
) -> list[Ticket]:
    """Return every application's best ticket in order of rank, from number -> weight.

    The smallest ticket has rank 1. The order of ``weights`` does not matter.
    """
    numbers = list(weights)
    prefix = ticket_prefix(round_name, commitment, value)
    tickets, which = best_tickets(prefix, numbers, list(weights.values()))
    ranks = ranks_of_tickets(tickets)
    order = np.argsort(ranks)
    return [
        Ticket(numbers[row], int(ranks[row]), int(which[row]), tickets[row].tobytes().hex())
        for row in order
    ]


@rule("drand, randomness of a round", "confirmed")
@checked
def beacon_value(signature: str) -> str:
    """Return the public value of a drand round: the SHA-256 of its signature (hexadecimal).

    That the signature is the beacon's own is another question (``verify/beacon.py``).
    """
    if not signature:
        raise InputFault("there is no signature; a draw without one would be nobody's chance")
    if not SIGNATURE.fullmatch(signature):
        raise InputFault(f"a drand signature is hexadecimal, not {signature[:20]!r}")
    return hashlib.sha256(bytes.fromhex(signature)).hexdigest()


@rule("commit and reveal: the hash first, the secret after the freeze", "assumed")
@checked
def commit_secret(party: str, secret: str) -> str:
    """Return the commitment a party publishes: SHA-256 of "huiguan secret 1", name and secret.

    Each stands on a line of its own. A secret of 32 random bytes cannot be guessed from it.
    """
    return hashlib.sha256(_lines("huiguan secret 1", party, secret)).hexdigest()


@rule("commit and reveal: the hash first, the secret after the freeze", "assumed")
@checked
def combine_secrets(parties: Sequence[Party], dice: str) -> str:
    """Return the public value of revealed secrets and dice thrown in public.

    It is the SHA-256 of "huiguan value 1", name and secret of each party in order of name, and the
    dice; one honest party is enough. A secret that does not fit its commitment is refused: it was
    mistyped, or its party breaks its word.
    """
    if not parties:
        raise InputFault("nobody has revealed a secret; the draw needs at least one party")
    if not dice or set(dice) - set("123456"):
        raise InputFault(f"dice are written as digits 1 to 6 in order of throwing, not {dice!r}")
    once([party.name for party in parties], "parties")
    lines = []
    for party in sorted(parties, key=lambda party: party.name):
        if commit_secret(party.name, party.secret) != party.commitment:
            raise InputFault(
                f"the secret of {party.name} does not fit its commitment; nothing is drawn: "
                "look for a slip of the pen, a blank or a line end too many, and give it again"
            )
        lines += [party.name, party.secret]
    return hashlib.sha256(_lines("huiguan value 1", *lines, dice)).hexdigest()


def _lines(*lines: str) -> bytes:
    for line in lines:
        if not line or not line.isascii() or not line.isprintable():
            raise InputFault(f"names and secrets are printable ASCII, not {line!r}")
    return "".join(line + "\n" for line in lines).encode("ascii")


@rule("trap 4: one number per person and round", "assumed")
@checked
def ranks_are_a_permutation(ranks: Iterable[int]) -> bool:
    """Return whether ``ranks`` are 1..n, each once. Example: [3, 1, 2] is, [1, 1, 3] is not."""
    seen = list(ranks)
    return sorted(seen) == list(range(1, len(seen) + 1))
