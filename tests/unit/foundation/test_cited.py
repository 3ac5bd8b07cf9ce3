"""Rows with their origin: which one applies, and what a status asks for."""

import pytest

from huiguan.foundation.cited import Row, Source, applicable, citation_fault

SOURCES = {
    "N1": Source(title="a circular", where="example.org/1"),
    "recalled": Source(title="from memory", where=""),
}


def row(effective: int = 20260105, **parts: str) -> Row[int]:
    given = {"article": "Art. 5", "source": "N1", "status": "confirmed"} | parts
    return Row(effective=effective, **given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        ({}, ""),
        ({"source": "N2"}, "source 'N2' is not in sources.toml; add it there"),
        ({"article": ""}, "article is empty; say where the rule stands"),
        ({"source": "recalled"}, "confirmed needs a source with an address"),
        (
            {"source": "recalled", "status": "secondary"},
            "secondary needs a source with an address",
        ),
        ({"source": "recalled", "status": "unconfirmed"}, ""),
        ({"note": "of August; the day is assumed", "status": "assumed"}, ""),
        ({"note": "of August; the day is assumed", "status": "secondary"}, ""),
        ({"note": "the unassuming day"}, ""),
    ],
)
def test_an_origin_bears_its_status(parts: dict[str, str], sentence: str) -> None:
    assert citation_fault(row(**parts), SOURCES) == sentence


@pytest.mark.parametrize("note", ["the day is assumed", "Assumed.", "(assumed: one lot)"])
def test_what_is_assumed_is_never_confirmed(note: str) -> None:
    fault = citation_fault(row(note=note), SOURCES)
    assert fault.startswith("its note says that something is assumed")


def test_the_newest_row_applies_and_of_equals_the_narrowest() -> None:
    rows = [row(20260105, note="a"), row(20260301, note="bb"), row(20260301, note="c")]
    assert applicable(rows, 20260104) is None
    assert applicable(rows, 20260228) is rows[0]
    assert applicable(rows, 20260301, narrowness=lambda r: len(r.note)) is rows[1]
    assert applicable(rows, 20260301, matches=lambda r: r.note != "bb") is rows[2]
