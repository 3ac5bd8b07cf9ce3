"""Files of instructions: JSON as people write it, and what results and openings keep."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiguan.exchange.day.instructions.money import MoveMemberMoney
from huiguan.foundation.faults import InputFault
from huiguan.storage.market.instruction_files import kept_instructions, read_instructions
from huiguan.storage.market.opening import Opening, opening_bytes, read_opening

ROW = (
    '{"type": "MoveMemberMoney", "maker": "A", "checker": "B", "reference": "1",'
    ' "member": "0007", "house": false, "amount": AMOUNT}'
)
MOVED = MoveMemberMoney(
    maker="A", checker="B", reference="1", member="0007", house=False, amount_fen=100_000_010
)


@pytest.mark.parametrize("amount", ["1000000.10", '"1,000,000.10"', "1000000.100"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_number_is_taken_as_written_with_or_without_a_mark(
    tmp_path: Path, amount: str, mark: bytes
) -> None:
    path = tmp_path / "orders.json"
    path.write_bytes(mark + f"[{ROW.replace('AMOUNT', amount)}]".encode())
    assert read_instructions(path) == [MOVED]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"{}", "is no list of instructions"),
        (b"[1]", "orders.json, instruction 1: 1 is no instruction"),
        (b"[{]", "line 1, column 3: this is no JSON"),
        (b"[NaN]", "NaN is no number"),
        (b"[" * 100_000, "braces go too deep"),
        (b"[" + b"1" * 5_000 + b"]", "a number is too long"),
        ("[{}]".encode("utf-16"), "is not written in UTF-8"),
        (f"[{ROW.replace('AMOUNT', '1e999999')}]".encode(), "not a finite number"),
        (b'[{"type": "EndMember", "member": "1", "member": "2"}]', "'member' stands twice"),
    ],
)
def test_refused(tmp_path: Path, content: bytes, sentence: str) -> None:
    path = tmp_path / "orders.json"
    path.write_bytes(content)
    with pytest.raises(InputFault, match=sentence):
        read_instructions(path)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputFault, match="cannot be read"):
        read_instructions(tmp_path / "none.json")


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_in_a_sentence(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.mktemp("any") / "orders.json"
    path.write_bytes(content)
    said = str(path)
    try:
        read_instructions(path)
    except InputFault as fault:
        said = str(fault)
    assert str(path) in said


def test_an_opening_keeps_what_people_write_and_reads_what_it_kept_at_first(tmp_path: Path) -> None:
    opening = Opening(source="00", instructions=[MOVED], forced_closes=[])
    (tmp_path / "opening.json").write_bytes(opening_bytes(opening))
    assert b'"amount": "1000000.10"' in (tmp_path / "opening.json").read_bytes()
    assert read_opening(tmp_path) == opening
    first = {
        "type": "MoveMemberMoney",
        "maker": "A",
        "checker": "B",
        "reference": "1",
        "member": "0007",
        "house": False,
        "amount_fen": 100_000_010,
    }
    right = {
        "type": "SetTradingRight",
        "maker": "A",
        "checker": "B",
        "reference": "2",
        "trading_code": "000100000001",
        "right": 2,
    }
    price = {
        "type": "DecideSettlement",
        "maker": "A",
        "checker": "B",
        "reference": "3",
        "instrument": "cu2610",
        "price": "1.069E+5",
    }
    assert kept_instructions([first, right])[0] == MOVED
    assert str(getattr(kept_instructions([price])[0], "price", None)) == "1.069E+5"
