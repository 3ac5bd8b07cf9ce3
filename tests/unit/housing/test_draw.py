"""The public draw: check characters, tickets, and values nobody can choose."""

import hashlib

import pytest

from huiguan.foundation.faults import InputFault
from huiguan.housing.round import draw

COMMITMENT = "0" * 64
VALUE = "f" * 64


def test_check_character_of_the_standard_example() -> None:
    # GB 11643 prints the identity number 11010519491231002X.
    assert draw.check_character("11010519491231002") == "X"


def test_every_wrong_digit_and_every_exchange_is_found() -> None:
    number = draw.application_number(40_717_283)
    assert draw.number_is_valid(number)
    for at in range(8):
        for digit in "0123456789":
            other = number[:at] + digit + number[at + 1 :]
            assert draw.number_is_valid(other) == (other == number)
    for at in range(7):
        other = number[:at] + number[at + 1] + number[at] + number[at + 2 :]
        assert draw.number_is_valid(other) == (other == number)


def test_a_ticket_is_six_lines_and_nothing_else() -> None:
    text = f"huiguan ticket 1\nround-1\n{COMMITMENT}\n{VALUE}\n00000001X\n2\n"
    assert draw.ticket_of("round-1", COMMITMENT, VALUE, "00000001X", 2) == (
        hashlib.sha256(text.encode()).hexdigest()
    )


def test_the_best_of_several_tickets_counts_and_input_order_does_not() -> None:
    weights = {draw.application_number(serial): 1 + serial % 3 for serial in range(1, 200)}
    tickets = draw.draw_tickets("round-1", COMMITMENT, VALUE, weights)
    backwards = dict(reversed(weights.items()))
    assert draw.draw_tickets("round-1", COMMITMENT, VALUE, backwards) == tickets
    assert [t.rank for t in tickets] == list(range(1, 200))
    for ticket in tickets:
        every = [
            draw.ticket_of("round-1", COMMITMENT, VALUE, ticket.number, k)
            for k in range(1, weights[ticket.number] + 1)
        ]
        assert (ticket.ticket, ticket.k) == (min(every), every.index(min(every)) + 1)
    assert [t.ticket for t in tickets] == sorted(t.ticket for t in tickets)


def test_weights_are_chances() -> None:
    """Weight 3 against weight 1 stands first in three of four draws (4,000 draws, 5 sigma)."""
    first = 0
    for trial in range(4_000):
        value = hashlib.sha256(str(trial).encode()).hexdigest()
        tickets = draw.draw_tickets("r", COMMITMENT, value, {"00000001X": 3, "000000028": 1})
        first += tickets[0].number == "00000001X"
    assert abs(first - 3_000) < 5 * (4_000 * 0.75 * 0.25) ** 0.5


def test_the_value_of_a_beacon_is_the_hash_of_its_signature() -> None:
    # drand quicknet, round 1000: signature and randomness as every relay serves them.
    signature = (
        "b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125"
        "e342b73a8dd2bacbe47e4b6b63ed5e39"
    )
    assert draw.beacon_value(signature) == (
        "fe290beca10872ef2fb164d2aa4442de4566183ec51c56ff3cd603d930e54fdd"
    )
    with pytest.raises(InputFault, match="hexadecimal"):
        draw.beacon_value("not a signature")


def test_secrets_must_fit_what_was_committed() -> None:
    parties = [
        draw.Party(name, draw.commit_secret(name, secret), secret)
        for name, secret in (("union", "2b7e151628aed2a6"), ("auditor", "603deb1015ca71be"))
    ]
    value = draw.combine_secrets(parties, "3141")
    assert draw.combine_secrets(parties[::-1], "3141") == value
    assert draw.combine_secrets(parties, "3142") != value
    changed = [draw.Party("union", parties[0].commitment, "another"), parties[1]]
    with pytest.raises(InputFault, match="union does not fit"):
        draw.combine_secrets(changed, "3141")


@pytest.mark.parametrize(
    ("name", "commitment"), [("", COMMITMENT), ("two\nlines", COMMITMENT), ("r", "A" * 64)]
)
def test_a_ticket_of_unclean_parts_is_refused(name: str, commitment: str) -> None:
    with pytest.raises(InputFault):
        draw.ticket_of(name, commitment, VALUE, "00000001X", 1)
