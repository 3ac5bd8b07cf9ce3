"""The pictures of the pages in docs/images: ``python -m tools.screenshots``.

A hall of all products runs in a folder of its own for two minutes, at twenty times real speed, with
its crowd; a browser takes the pictures. Then the day goes to its end, which waits for two persons,
and one of them looks at the checklist.
"""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from huiguan.cli.hall.steer import ask
from huiguan.office.config.place import OFFICE_NAME, OfficeOpen
from tools.browser import browser

if TYPE_CHECKING:
    from playwright.sync_api import Page

IMAGES = Path("docs/images")
PICTURES = (  # name, address, width, height, language
    ("board", "/", 1440, 660, "en-GB"),
    ("contract", "/contract/cu2610", 1280, 860, "zh-CN"),
    ("wall", "/?wall", 1600, 900, "zh-CN"),
    ("phone", "/", 360, 740, "zh-CN"),
)
DAY_END = ("day-end", "/day-end", 1280, 1200, "en-GB")
HALL = ("--port", "0", "--http-port", "0", "--office", "0", "--speed", "20", "--days", "hand")
EVENING = "2026-08-21T15:30"
MORNING = ("--clock", "2026-08-20T20:58")
MINUTES_OF_TRADING, READY_SECONDS = 40, 300.0
MOST_BYTES = 220_000


def wait_for(path: Path) -> None:
    """Wait until a file is there."""
    end = time.monotonic() + READY_SECONDS
    while not path.exists():
        if time.monotonic() > end:
            raise SystemExit(f"{path} does not come")
        time.sleep(0.1)


def take(url: str) -> None:
    """Take every picture of the public pages."""
    with browser() as opened:
        for name, path, width, height, locale in PICTURES:
            page = opened.new_page(locale=locale, viewport={"width": width, "height": height})
            page.goto(url + path)
            keep(page, name)


def keep(page: Page, name: str) -> None:
    """Take a picture of a page that is open."""
    IMAGES.mkdir(exist_ok=True)
    page.wait_for_timeout(1000)
    file = IMAGES / f"{name}.png"
    page.screenshot(path=file)
    if file.stat().st_size > MOST_BYTES:
        raise SystemExit(f"{file} has more than {MOST_BYTES:,} bytes")
    print(f"{file}: {file.stat().st_size:,} bytes")


def take_day_end(folder: Path, url: str, password: str) -> None:
    """Let the day go to its end, and take a picture of its checklist as a supervisor sees it."""
    ask(folder, "clock", to=EVENING)
    end = time.monotonic() + READY_SECONDS
    while ask(folder, "status")["step"] != "waiting":
        if time.monotonic() > end:
            raise SystemExit("the day does not come to its end")
        time.sleep(0.5)
    name, path, width, height, locale = DAY_END
    with browser() as opened:
        page = opened.new_page(locale=locale, viewport={"width": width, "height": height})
        page.goto(f"{url}/sign-in?next={path}")
        page.fill("[name=name]", "supervisor")
        page.fill("[name=password]", password)
        page.click("main button")
        page.wait_for_timeout(3000)  # the day is recorded beside the pages
        page.goto(url + path)
        keep(page, name)


def main() -> None:
    """Run a hall, wait, take the pictures, and take it down."""
    with tempfile.TemporaryDirectory() as folder:
        hall, said = Path(folder) / "hall", Path(folder) / "said"
        call = [sys.executable, "-m", "huiguan", "up", "--data", str(hall)]
        with said.open("wb") as words:
            process = subprocess.Popen([*call, *HALL, *MORNING], stderr=words)
        try:
            wait_for(hall / OFFICE_NAME)
            wait_for(hall / "http_door.json")
            time.sleep(MINUTES_OF_TRADING * 60 / 20)
            url = msgspec.json.decode((hall / OFFICE_NAME).read_bytes(), type=OfficeOpen).url
            take(url)
            password = re.search(r"^ *supervisor +(\S+)$", said.read_text("utf-8"), re.MULTILINE)
            assert password, "the first start shows it"
            take_day_end(hall, url, password[1])
        finally:
            process.send_signal(signal.SIGINT)
            process.wait()


if __name__ == "__main__":
    main()
