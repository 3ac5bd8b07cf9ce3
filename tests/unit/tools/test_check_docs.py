"""A citation that a stranger cannot open is noticed, whatever it cites."""

import shutil
from pathlib import Path

import pytest
from tools.check_docs import DECISIONS, SECTIONS, broken_citations, broken_links

HERE = Path(__file__).parents[3]


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """Make a tree with the two pages that are cited, and nothing else."""
    for page in (SECTIONS, DECISIONS):
        (tmp_path / page).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(HERE / page, tmp_path / page)
    for name in ("README.md", "CONTRIBUTING.md"):
        (tmp_path / name).write_text("")
    (tmp_path / "src").mkdir()
    return tmp_path


@pytest.mark.parametrize(
    ("text", "lost"),
    [
        ("the middle price (rulebook 2.3)", ""),
        ("the middle price (rulebook 2.2, 2.39)", "2.39"),
        ('"TR 7.1"', "7.1"),
        ("frozen money (decisions, Money)", ""),
        ("frozen money (decisions, Monies)", "decisions, Monies"),
        ("R10 Shanghai: at most 5 % a year", ""),
        ("R99 Shanghai: at most 5 % a year", "R99"),
        ("one number a person (trap 4)", ""),
        ("one number a person (trap 44)", "trap 44"),
        ("as promises.md says", "promises.md"),
    ],
)
def test_every_kind_of_citation_is_proved(house: Path, text: str, lost: str) -> None:
    (house / "src/rule.py").write_text(text)
    found = [line for line in broken_citations(house) if line.startswith("src/")]
    assert found == ([f"src/rule.py: {lost}"] if lost else [])


def test_links_are_proved(house: Path) -> None:
    (house / "README.md").write_text("[here](docs/nowhere.md)")
    assert "README.md: docs/nowhere.md" in broken_links(house)
