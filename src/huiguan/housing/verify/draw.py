"""The draw: where the public value comes from, and the ticket, rank and place of every number."""

import hashlib
import re
from typing import Any

from huiguan.housing.verify.beacon import signature_is_valid
from huiguan.housing.verify.frozen import Inside, lines_hash
from huiguan.housing.verify.reading import DRAW, Round, Unreadable


def check_value(round_: Round, head: dict[str, Any]) -> tuple[str, str]:
    """Return the public value and what it was drawn by, after checking where it comes from."""
    where = "draw.toml"
    record = round_.toml(where, DRAW)
    if record["format"] != 1:
        round_.wrong(where, "this program reads format 1")
    if record["commitment"] != round_.sha256("MANIFEST"):
        round_.wrong(where, "the commitment is not the hash of MANIFEST")
    if head["randomness"] == "drand":
        value, source = check_beacon(round_, head, record)
    else:
        value, source = check_parties(round_, head, record)
    if value != record["value"]:
        raise Unreadable(where, "the public value does not follow from its evidence")
    return value, source


def check_beacon(round_: Round, head: dict[str, Any], record: dict[str, Any]) -> tuple[str, str]:
    """Return the value of a beacon's round after checking that the beacon has signed it."""
    where, number, signature = "draw.toml", head["beacon_round"], record["signature"]
    if record["dice"] or record["party"]:
        round_.wrong(where, "dice and parties have no part in a draw by drand")
    if record["beacon_round"] != number:
        raise Unreadable(where, "this is not the beacon round named in advance")
    if not re.fullmatch("[0-9a-f]{96}", signature):
        raise Unreadable(where, "the signature of a round is 96 small hexadecimal digits")
    if not signature_is_valid(number, signature):
        raise Unreadable(where, f"the signature is not drand's for round {number} of quicknet")
    value = hashlib.sha256(bytes.fromhex(signature)).hexdigest()
    return value, f"drand quicknet, round {number}"


def check_parties(round_: Round, head: dict[str, Any], record: dict[str, Any]) -> tuple[str, str]:
    """Return the value of revealed secrets and dice; the dice are whoever's who wrote them down."""
    where = "draw.toml"
    if record["beacon_round"] or record["signature"]:
        round_.wrong(where, "a beacon has no part in a draw by parties")
    if not re.fullmatch("[1-6]+", record["dice"]):
        raise Unreadable(where, "dice are written as digits 1 to 6")
    pledges = sorted((party["name"], party["commitment"]) for party in head["party"])
    if [(party["name"], party["commitment"]) for party in record["party"]] != pledges:
        raise Unreadable(where, "the parties are not those of round.toml, in order of name")
    lines = ["huiguan value 1"]
    for party in record["party"]:
        name, secret = party["name"], party["secret"]
        if not secret or lines_hash("huiguan secret 1", name, secret) != party["commitment"]:
            raise Unreadable(where, f"the secret of {name} breaks its commitment")
        lines += [name, secret]
    round_.unproved.append(
        "that the dice fell as they are written: with the secrets known, whoever wrote them down "
        "could choose; ask those who saw the throw"
    )
    names = ", ".join(party["name"] for party in record["party"])
    return lines_hash(*lines, record["dice"]), f"an operator's value: secrets of {names}, and dice"


def check_tickets(
    round_: Round, head: dict[str, Any], inside: Inside, value: str
) -> dict[str, int]:
    """Return the place of every number in the order the programmes use, after comparing each."""
    commitment = round_.sha256("MANIFEST")
    start = f"huiguan ticket 1\n{head['round']}\n{commitment}\n{value}\n"
    state = hashlib.sha256(start.encode("utf-8"))
    best = []
    for number, (_, _, weight, _) in inside.items():
        name = number.encode("ascii")
        hashed = state.copy()
        hashed.update(name + b"\n1\n")
        ticket, k = hashed.hexdigest(), 1
        for other in range(2, weight + 1):
            hashed = state.copy()
            hashed.update(name + b"\n%d\n" % other)
            ticket, k = min((ticket, k), (hashed.hexdigest(), other))
        best.append((ticket, k, number))
    best.sort()
    ranked = list(enumerate(best, 1))
    if head["lottery"] == "since":
        ranked.sort(key=lambda row: (inside[row[1][2]][3] or "~", row[0]))
    places = {number: place for place, (_, (_, _, number)) in enumerate(ranked, 1)}
    right = {
        number: f"{number},{place},{rank},{k},{ticket}"
        for place, (rank, (ticket, k, number)) in enumerate(ranked, 1)
    }
    for line in round_.lines("tickets.csv"):
        number = line.partition(",")[0]
        expected = right.pop(number, None)
        if expected is None:
            round_.wrong("tickets.csv", f"{number} is not in the draw, or stands twice")
        elif line != expected:
            round_.wrong("tickets.csv", f"{number}: {line} should be {expected}")
    for number in right:
        round_.wrong("tickets.csv", f"{number} has no ticket")
    return places
