"""The Python client writes and reads the bytes of the exchange, and needs nothing of it."""

import subprocess
import sys
from enum import IntEnum
from pathlib import Path

import huiguan_client.messages as declared
import numpy as np
import pytest
from huiguan_client import binary
from hypothesis import given, settings
from hypothesis import strategies as st
from tools.generate.kinds import KINDS, enumerations, fields, flags, held

from huiguan.exchange import messages
from huiguan.foundation.refusals import Refusal

CLIENT = Path(__file__).parents[3] / "clients/python/src"
WIDTH = {"|i1": 8, "<i2": 16, "<i4": 32, "<i8": 64}
BY_KIND = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)


def whole(bits: int) -> st.SearchStrategy[int]:
    return st.integers(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)


def values_of(kind: type[messages.Message]) -> st.SearchStrategy[dict[str, int]]:
    """Any values that the fields of a kind can hold."""
    known = held(kind) | dict.fromkeys(flags(kind), (0, 1))
    return st.fixed_dictionaries(
        {
            name: st.sampled_from(list(known[name])) if name in known else whole(WIDTH[form])
            for name, form, _ in fields(kind)
        }
    )


@BY_KIND
@settings(max_examples=40, deadline=None)
@given(data=st.data(), session=whole(32), client_sequence=whole(64), sequence=whole(64))
def test_bytes_are_those_of_the_exchange(
    kind: type[messages.Message],
    data: st.DataObject,
    session: int,
    client_sequence: int,
    sequence: int,
) -> None:
    values = data.draw(values_of(kind))
    event = issubclass(kind, messages.Event)
    row = messages.encode(kind(**values), session, client_sequence)  # type: ignore[arg-type]
    if event:
        row.view(messages.EVENT_HEADER_ROW)["sequence"] = sequence
    theirs = declared.KINDS[kind.KIND](**values)
    number = sequence if event else 0
    assert binary.encode(theirs, session, client_sequence, number) == row.tobytes()
    assert binary.decode(row.tobytes()) == (theirs, session, client_sequence, number)
    assert str(theirs) == str(messages.decode(row))


@BY_KIND
def test_kinds_offsets_and_names_are_those_of_the_exchange(kind: type[messages.Message]) -> None:
    theirs = declared.KINDS[kind.KIND]
    assert theirs.__name__ == kind.__name__
    assert theirs.__struct_config__.tag == kind.__struct_config__.tag
    assert {name: at for name, _, at in fields(kind)} == theirs.OFFSETS
    assert theirs.LAYOUT.size == messages.MESSAGE_BYTES
    assert len(declared.KINDS) == len(KINDS)


def test_enumerations_are_those_of_the_exchange() -> None:
    for word in enumerations():
        theirs = getattr(declared, word.__name__)
        assert issubclass(theirs, IntEnum)
        assert {n: int(v) for n, v in theirs.__members__.items()} == {
            n: int(v) for n, v in word.__members__.items()
        }
    assert declared.REFUSAL_WORDS[declared.Refusal.HALTED] == (
        Refusal.HALTED.english,
        Refusal.HALTED.chinese,
    )


def row_of(kind: type[messages.Message]) -> np.ndarray:
    values = {name: next(iter(held(kind).get(name, [0]))) for name, _, _ in fields(kind)}
    return messages.encode(kind(**values))  # type: ignore[arg-type]


KNOWN = [(kind, name, set(map(int, word))) for kind in KINDS for name, word in held(kind).items()]
KNOWN += [(kind, name, {0, 1}) for kind in KINDS for name in flags(kind)]
NAMES = [f"{kind.__name__}.{name}" for kind, name, _ in KNOWN]


@pytest.mark.parametrize(("kind", "name", "values"), KNOWN, ids=NAMES)
def test_an_unknown_value_is_refused_by_both(
    kind: type[messages.Message], name: str, values: set[int]
) -> None:
    """Nothing takes a number it does not know for another: neither end guesses."""
    row = row_of(kind)
    numbers = (-1, 1, 999, 4014, 8410) if name == "refusal" else range(-128, 128)
    for number in numbers:
        row.view(messages.LAYOUTS[kind.KIND])[name] = number
        if number in values:
            messages.decode(row)
            binary.decode(row.tobytes())
            continue
        with pytest.raises(ValueError, match=name):
            messages.decode(row)
        with pytest.raises(ValueError, match=rf"{name}.*take a newer client"):
            binary.decode(row.tobytes())
        theirs = declared.KINDS[kind.KIND]
        fault = {field: 0 for field, _, _ in fields(kind)} | {name: number}
        with pytest.raises(ValueError, match="correct the field"):
            binary.encode(theirs(**fault))


def test_what_is_no_message_is_refused() -> None:
    row = row_of(messages.PassTime)
    with pytest.raises(ValueError, match="63 bytes are no message"):
        binary.decode(row.tobytes()[:-1])
    for place, value in ((0, 199), (2, 2)):
        other = row.copy()
        other[place : place + 2] = [value, 0]
        with pytest.raises(ValueError, match="is not known; take a newer client"):
            binary.decode(other.tobytes())
    with pytest.raises(ValueError, match="a command has no sequence"):
        binary.encode(declared.PassTime(), sequence=1)
    with pytest.raises(ValueError, match="LogOff can not be encoded"):
        binary.encode(declared.LogOff(target=2**31))


def test_the_client_imports_neither_numpy_nor_huiguan() -> None:
    page = (CLIENT.parent / "README.md").read_text("utf-8")
    example = page.rpartition("```python\n")[2].partition("```")[0]
    assert "decode(row)" in example
    text = (
        f"import sys; sys.path.insert(0, sys.argv[1])\n{example}\n"
        "print(*sorted({'numpy', 'numba', 'huiguan'} & set(sys.modules)))\n"
    )
    call = [sys.executable, "-I", "-c", text, str(CLIENT)]
    done = subprocess.run(call, capture_output=True, text=True, check=True)
    assert done.stdout == "\n"
