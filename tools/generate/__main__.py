"""Write every page, lock and client that is derived from code; ``--check`` fails on a stale one."""

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from huiguan.floor.doors.json.http.openapi import openapi_text
from tools.generate.client import client
from tools.generate.doors import door_client, door_page
from tools.generate.feed_client import feed_client
from tools.generate.feed_page import feed_page
from tools.generate.files_page import files_page
from tools.generate.message_lock import LOCK, message_lock
from tools.generate.message_page import message_page
from tools.generate.rulebook_page import home_rulebook_page, rulebook_page
from tools.generate.rules_page import entries_page, rules_page
from tools.generate.table_pages import image_page, result_page
from tools.generate.words_page import words_page

COPIES: dict[Path, Callable[[], str]] = {
    LOCK: message_lock,
    Path("docs/reference/messages.md"): message_page,
    Path("docs/reference/day_image.md"): image_page,
    Path("docs/reference/day_result.md"): result_page,
    Path("docs/reference/rulebook.md"): rulebook_page,
    Path("docs/reference/home_rulebook.md"): home_rulebook_page,
    Path("docs/reference/home_files.md"): files_page,
    Path("docs/reference/rules.md"): rules_page,
    Path("docs/reference/rules_exchange.md"): partial(entries_page, "exchange"),
    Path("docs/reference/rules_homes.md"): partial(entries_page, "housing"),
    Path("clients/python/src/huiguan_client/messages.py"): client,
    Path("clients/python/src/huiguan_client/feed_records.py"): feed_client,
    Path("docs/reference/market_data.md"): feed_page,
    Path("clients/python/src/huiguan_client/doors.py"): door_client,
    Path("docs/reference/doors.md"): door_page,
    Path("docs/reference/openapi.json"): openapi_text,
    Path("docs/reference/words.md"): words_page,
}


def main(*, check: bool) -> None:
    """Write what is stale; with ``check`` end the program with a sentence instead."""
    texts = {path: make() for path, make in COPIES.items()}
    stale = [p for p, text in texts.items() if not p.exists() or p.read_text("utf-8") != text]
    if check and stale:
        sys.exit(f"stale, run `make generate`: {', '.join(map(str, stale))}")
    for path in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(texts[path], "utf-8")


if __name__ == "__main__":
    main(check="--check" in sys.argv)
