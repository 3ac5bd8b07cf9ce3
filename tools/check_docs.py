"""Fail when a link leads nowhere, or when a citation names what the repository does not hold.

A citation is a section of the rules (``rulebook 2.3``, ``TR 2.5``), a heading of the decisions
(``decisions, Money``), a numbered rule or trap of the homes, or a page by its file name.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
SKIPPED = {".venv", ".git", "node_modules", "format1"}  # a round of before is recorded bytes
SECTIONS, DECISIONS = Path("docs/reference/rule_sections.md"), Path("docs/reference/decisions.md")
CITED_SECTIONS = re.compile(r"\b(?:rulebook|TR|CR|RM) (\d\.\d+(?:(?:, | and | to )\d\.\d+)*)")
CITED_DECISION = re.compile(r"\bdecisions, ((?:[A-Z])\w+(?: \w+){0,5})")
CITED_HOMES = re.compile(r"\b(R\d+) (?:and (R\d+) )?Shanghai|\btrap (\d+)")
CITED_PAGE = re.compile(r"\b[\w./-]*\w\.md\b")
NOT_OURS = {"sources.toml", "test_check_docs.py"}  # pages of others; planted faults
ROOTS = ("src", "tests", "docs", "tools", "benchmarks")


def texts(root: Path) -> Iterator[tuple[Path, str]]:
    """Yield every page, module and book that may cite something."""
    pages = [root / "README.md", root / "CONTRIBUTING.md"]
    for name in ROOTS:
        found = (p for p in (root / name).rglob("*") if p.suffix in {".py", ".md", ".toml"})
        pages += sorted(p for p in found if not SKIPPED & set(p.parts))
    for page in pages:
        yield page, page.read_text(encoding="utf-8")


def broken_links(root: Path) -> list[str]:
    """Return ``page: target`` of every relative link whose file is missing."""
    broken = []
    for page in sorted(root.rglob("*.md")):
        if SKIPPED & set(page.relative_to(root).parts):
            continue
        for target in LINK.findall(page.read_text(encoding="utf-8")):
            path = target.split("#")[0]
            if path and "://" not in target and not target.startswith("mailto:"):
                resolved = (page.parent / path).resolve()
                if not resolved.exists():
                    broken.append(f"{page.relative_to(root)}: {target}")
    return broken


def broken_citations(root: Path) -> list[str]:
    """Return ``page: citation`` of every section, decision, rule or page that is not there."""
    rules, decisions = (root / SECTIONS).read_text("utf-8"), (root / DECISIONS).read_text("utf-8")
    sections = set(re.findall(r"^### (\d\.\d+) ", rules, re.MULTILINE))
    homes = set(re.findall(r"^\| (R\d+) ", rules, re.MULTILINE))
    traps = set(re.findall(r"\b(\d+) (?=\w)", rules.split("### Traps")[1]))
    headings = re.findall(r"^## (.+)$", decisions, re.MULTILINE)
    pages = {path.name for path in root.rglob("*.md") if not SKIPPED & set(path.parts)}
    broken = []
    for page, whole in texts(root):
        if page.name in NOT_OURS:
            continue
        text = re.sub(r"\s+", " ", whole)
        cited = set(re.findall(r"\d\.\d+", " ".join(CITED_SECTIONS.findall(text))))
        lost = cited - sections
        found = CITED_DECISION.findall(text)
        lost |= {f"decisions, {name}" for name in found if not name.startswith(tuple(headings))}
        for first, second, trap in CITED_HOMES.findall(text):
            lost |= {rule for rule in (first, second) if rule} - homes
            lost |= {f"trap {trap}"} if trap and trap not in traps else set()
        lost |= {name for name in CITED_PAGE.findall(text) if name.split("/")[-1] not in pages}
        broken += [f"{page.relative_to(root)}: {name}" for name in sorted(lost)]
    return broken


if __name__ == "__main__":
    found = broken_links(Path.cwd()) + broken_citations(Path.cwd())
    sys.exit("leads nowhere:\n" + "\n".join(found) if found else 0)
