"""A real browser for tests and screenshots: the one that apt installs, driven by playwright."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
NONE_FOUND = (
    "no browser: install one with `apt-get install chromium-headless-shell fonts-wqy-microhei`, "
    "or name its file in HUIGUAN_BROWSER"
)


def browser_file() -> str | None:
    """Return the program of a Chromium, or None."""
    return os.environ.get("HUIGUAN_BROWSER") or next(filter(None, map(shutil.which, NAMES)), None)


@contextmanager
def browser() -> Iterator[Browser]:
    """Run a browser."""
    found = browser_file()
    if found is None:
        raise SystemExit(NONE_FOUND)
    root = ["--no-sandbox"] if os.geteuid() == 0 else []  # its sandbox refuses root
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=found, args=root)
        yield opened
        opened.close()
