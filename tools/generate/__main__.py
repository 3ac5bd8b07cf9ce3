"""Write every page, lock and client that is derived from code; ``--check`` fails on a stale one."""

import sys
from collections.abc import Callable
from pathlib import Path

from tools.generate.client import client
from tools.generate.image_page import image_page
from tools.generate.message_lock import LOCK, message_lock
from tools.generate.message_page import message_page
from tools.generate.rulebook_page import rulebook_page
from tools.generate.rules_page import rules_page

COPIES: dict[Path, Callable[[], str]] = {
    LOCK: message_lock,
    Path("docs/reference/messages.md"): message_page,
    Path("docs/reference/day_image.md"): image_page,
    Path("docs/reference/rulebook.md"): rulebook_page,
    Path("docs/reference/rules.md"): rules_page,
    Path("clients/python/src/huiguan_client/messages.py"): client,
}

if __name__ == "__main__":
    stale = [p for p, make in COPIES.items() if not p.exists() or p.read_text("utf-8") != make()]
    if "--check" in sys.argv:
        sys.exit(f"stale, run `make generate`: {[str(p) for p in stale]}" if stale else 0)
    for path in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(COPIES[path](), "utf-8")
