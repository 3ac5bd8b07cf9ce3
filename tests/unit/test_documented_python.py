"""The Python that tutorials show runs as it stands, block after block."""

import ast
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"```python\n(.*?)```", re.DOTALL)


def test_my_orders_in_python(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    page = (ROOT / "docs/tutorials/my-orders-in-python.md").read_text("utf-8")
    blocks = BLOCK.findall(page)
    names: dict[str, object] = {}
    for block in blocks:
        exec(compile(block, "tutorial", "exec"), names)  # noqa: S102  our own page
    told = capsys.readouterr().out
    promised = re.findall(r"print\(.*\)  # (.+)", page) + re.findall(
        r"^# (.+)$", blocks[2], re.MULTILINE
    )
    assert len(promised) == 5
    for line in promised:
        assert line in told
    assert "cu2610" in told


def value_of(cell: str, names: dict[str, object]) -> object:
    """Run a cell as a notebook does; return what its last line comes to."""
    tree = ast.parse(cell)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "notebook", "exec"), names)  # noqa: S102  our own page
    if last is None:
        return None
    assert isinstance(last, ast.Expr)
    return eval(compile(ast.Expression(last.value), "notebook", "eval"), names)  # noqa: S307  same


def test_a_day_in_a_notebook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    page = json.loads((ROOT / "docs/tutorials/a-day-in-a-notebook.ipynb").read_text("utf-8"))
    names: dict[str, object] = {}
    cells = [cell["source"] for cell in page["cells"] if cell["cell_type"] == "code"]
    values = [value_of(cell, names) for cell in cells]
    charts = [value._repr_svg_() for value in values if hasattr(value, "_repr_svg_")]
    assert [chart.startswith("<svg") for chart in charts] == [True, True]
    assert all(chart.count("<g ") > 10 for chart in charts)
    assert values[-1] == 0
