"""Rule functions that nothing in Huiguan calls are calculators for outsiders, and say so."""

import ast
from collections import Counter
from pathlib import Path

import huiguan

HOUSE = Path(huiguan.__file__).parent
MARK = "A calculator: nothing in Huiguan calls it."


def called(tree: ast.AST) -> Counter[str]:
    """Return how often each name is read, imported or named in a module."""
    found: Counter[str] = Counter()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            found[node.id] += 1
        elif isinstance(node, ast.Attribute):
            found[node.attr] += 1
        elif isinstance(node, ast.ImportFrom):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found[node.value] += 1
    return found


def is_rule(node: ast.stmt) -> bool:
    """Return whether a statement is a function marked as a rule."""
    return isinstance(node, ast.FunctionDef) and any(
        isinstance(mark, ast.Call) and getattr(mark.func, "id", "") == "rule"
        for mark in node.decorator_list
    )


def test_rules_without_a_caller_say_that_they_are_calculators() -> None:
    trees = {path: ast.parse(path.read_text("utf-8")) for path in sorted(HOUSE.rglob("*.py"))}
    names: Counter[str] = Counter()
    for tree in trees.values():
        names += called(tree)
    rules = [
        (path.stem, node)
        for path, tree in trees.items()
        if path.is_relative_to(HOUSE / "exchange")
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and is_rule(node)
    ]
    assert len(rules) > 100
    silent = [f"{m}.{n.name}" for m, n in rules if not names[n.name] and MARK not in doc(n)]
    stale = [f"{m}.{n.name}" for m, n in rules if names[n.name] and MARK in doc(n)]
    assert not silent, f"wire them, or end their docstrings with {MARK!r}"
    assert not stale, "they are called: take the sentence out"


def doc(node: ast.FunctionDef) -> str:
    """Return a docstring on one line."""
    return " ".join((ast.get_docstring(node) or "").split())
