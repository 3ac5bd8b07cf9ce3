"""Instructions as people write them: read exactly, or refused in a sentence with the way out."""

from decimal import Decimal

import pytest

from huiguan.exchange.day.image import MemberMode
from huiguan.exchange.day.instructions.every import TYPES, check_instructions
from huiguan.exchange.day.instructions.limits import SetControlGroup, SetHolderLimit
from huiguan.exchange.day.instructions.money import MoveMemberMoney
from huiguan.exchange.day.instructions.people import AdmitMember
from huiguan.exchange.day.instructions.prices import DecideParameters, RaiseMargin
from huiguan.exchange.day.instructions.written import read_row, written_row
from huiguan.exchange.messages import Right
from huiguan.foundation.faults import InputFault

TWO = {"maker": "A", "checker": "B", "reference": "2026-18"}
MOVE: dict[str, object] = {
    "type": "MoveMemberMoney",
    **TWO,
    "member": "0007",
    "house": False,
    "amount": "1,000,000.00",
}
DECIDE: dict[str, object] = {
    "type": "DecideParameters",
    **TWO,
    "instrument": "cu2610",
    "limit": "7%",
    "general": "0.09",
    "hedging": Decimal("0.08"),
}


@pytest.mark.parametrize(
    ("amount", "fen"),
    [
        ("1,000,000.00", 100_000_000),
        ("1000000.00", 100_000_000),
        ("1000000", 100_000_000),
        (Decimal("1000000.00"), 100_000_000),
        (1_000_000, 100_000_000),
        ("-0.5", -50),
        ("-12,345.67", -1_234_567),
    ],
)
def test_money_in_yuan(amount: object, fen: int) -> None:
    found = read_row({**MOVE, "amount": amount}, "row")
    assert found == MoveMemberMoney(**TWO, member="0007", house=False, amount_fen=fen)


def test_rates_as_percentages_or_decimals() -> None:
    """7 % = 0.07; half a basis point = 0.00005."""
    found = read_row({**DECIDE, "general": "900bp", "halted": True}, "row")
    assert isinstance(found, DecideParameters)
    assert (found.limit, found.general, found.hedging, found.halted) == (
        Decimal("0.07"),
        Decimal("0.09"),
        Decimal("0.08"),
        True,
    )
    raised = {
        "type": "RaiseMargin",
        **TWO,
        "instrument": "cu2610",
        "points": "3%",
        "thresholds": ["7.5%", "0.09", Decimal("0.105")],
    }
    row = read_row(raised, "row")
    assert isinstance(row, RaiseMargin)
    assert row.thresholds == (Decimal("0.075"), Decimal("0.09"), Decimal("0.105"))


def test_what_files_kept_at_first_is_read() -> None:
    """Fen under ``amount_fen``, rights and modes by their numbers."""
    old = {name: value for name, value in MOVE.items() if name != "amount"}
    found = read_row({**old, "amount_fen": 361_680_000}, "row")
    assert found == read_row({**MOVE, "amount": "3,616,800.00"}, "row")
    right = {"type": "SetTradingRight", **TWO, "trading_code": "000100000001"}
    assert read_row({**right, "right": 1}, "row") == read_row({**right, "right": "close_only"}, "")


@pytest.mark.parametrize(
    "order",
    [
        MoveMemberMoney(**TWO, member="0007", house=True, amount_fen=-1_234_567),
        DecideParameters(
            **TWO,
            instrument="cu2610",
            limit=Decimal("0.075"),
            general=Decimal("0.1"),
            hedging=Decimal("0.000000001"),
        ),
        SetHolderLimit(
            **TWO, holder="client 10000001", instrument="cu2610", right=Right.CLOSE_ONLY
        ),
        SetControlGroup(**TWO, group="twins", clients=("10000001", "10000002")),
        AdmitMember(**TWO, member="0007", mode=MemberMode.REFUSE),
    ],
)
def test_what_is_written_reads_as_it_was(order: object) -> None:
    assert read_row(written_row(order), "row") == order  # type: ignore[arg-type]


def test_the_written_form() -> None:
    order = MoveMemberMoney(**TWO, member="0007", house=True, amount_fen=-1_234_567)
    assert written_row(order) == {
        "type": "MoveMemberMoney",
        **TWO,
        "member": "0007",
        "house": True,
        "amount": "-12345.67",
    }


REFUSED: list[tuple[object, str]] = [
    ("MoveMemberMoney", "is no instruction; write its fields in braces"),
    ({**MOVE, "type": "MoveMoney"}, "no type 'MoveMoney'; did you mean 'MoveMemberMoney'"),
    ({**MOVE, "type": "movemembermoney"}, "did you mean 'MoveMemberMoney'"),
    ({**MOVE, "type": 7}, "no type 7; there are: DecideSettlement, DecideParameters, "),
    (TWO, "has no type; there are: "),
    (
        {**MOVE, "ammount": "1"},
        (
            r"\(MoveMemberMoney '2026-18'\) has no field 'ammount'; did you mean 'amount'\? it"
            " takes maker, checker, reference, member, house, amount$"
        ),
    ),
    ({**MOVE, "amount_fen": 1}, "amount and amount_fen say the same"),
    (
        {name: value for name, value in DECIDE.items() if name not in ("limit", "maker")},
        (
            "lacks maker, limit; it takes maker, checker, reference, instrument, limit, general,"
            " hedging and, where wanted, halted"
        ),
    ),
    ({**MOVE, "amount": "1.005"}, r"amount: '1\.005' is finer than 1/100"),
    ({**MOVE, "amount": 1.5}, "1.5 is a float, binary and not exact"),
    ({**MOVE, "amount": "1,00.00"}, "is not a decimal number"),
    ({**MOVE, "amount": "1e6"}, "is not a decimal number"),
    ({**MOVE, "amount": "１００"}, "in the digits 0 to 9"),
    ({**MOVE, "amount": "900,000,000,000,000"}, "more than there are"),
    ({**MOVE, "house": "no"}, "'no' is neither true nor false"),
    ({**MOVE, "member": 7}, "7 is no name; write it in quotation marks"),
    ({**MOVE, "maker": "A "}, "second spelling"),
    ({**DECIDE, "limit": "7 percent"}, "limit: '7 percent' is not a decimal number"),
    (
        {"type": "SetTradingRight", **TWO, "trading_code": "1", "right": "close"},
        "right: 'close' is none of the words there are: allow, close_only, forbidden",
    ),
    (
        {"type": "RaiseMargin", **TWO, "instrument": "cu", "points": "1%", "thresholds": ["1%"]},
        "are not three rates",
    ),
    (
        {"type": "SetControlGroup", **TWO, "group": "g", "clients": ["1", "1"]},
        "'1' is named twice",
    ),
    ({"type": "SetControlGroup", **TWO, "group": "g", "clients": "12"}, "is no list of names"),
]


@pytest.mark.parametrize(("row", "sentence"), REFUSED)
def test_refused(row: object, sentence: str) -> None:
    with pytest.raises(InputFault, match=sentence) as refused:
        read_row(row, "orders.json, instruction 3")
    assert str(refused.value).startswith("orders.json, instruction 3")


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"checker": "a"}, "two persons"),
        ({"checker": "Ａ"}, "two persons"),
        ({"checker": ""}, "two persons"),
        ({"amount_fen": 0}, r"an amount of 0\.00 moves nothing"),
    ],
)
def test_two_persons_and_an_amount(changed: dict[str, object], sentence: str) -> None:
    fields: dict[str, object] = {"member": "0007", "house": True, "amount_fen": 1, **TWO}
    with pytest.raises(InputFault, match=sentence):
        check_instructions([MoveMemberMoney(**fields | changed)])  # type: ignore[arg-type]


def test_rates_beyond_one_are_no_rates() -> None:
    """7 written without its sign is 700 %."""
    order = read_row({**DECIDE, "limit": "7"}, "row")
    with pytest.raises(
        InputFault, match=r"limit 7 cannot be used; give a rate .* like 7% or 0\.07"
    ):
        check_instructions([order])


def test_every_type_has_a_sentence() -> None:
    assert len(TYPES) == 26
    assert all(kind.__doc__ for kind in TYPES.values())
