"""Fail when a relative link in a Markdown page leads nowhere."""

import re
import sys
from pathlib import Path

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
SKIPPED = {".venv", ".git", "node_modules"}


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


if __name__ == "__main__":
    found = broken_links(Path.cwd())
    sys.exit("broken links:\n" + "\n".join(found) if found else 0)
