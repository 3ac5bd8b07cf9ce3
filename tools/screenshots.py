"""The pictures of the pages in docs/images: ``python -m tools.screenshots``.

A hall of all products runs in a folder of its own for a minute, at twenty times real speed, with
its crowd; then a browser takes the pictures.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import msgspec

from huiguan.office.config.place import OFFICE_NAME, OfficeOpen
from tools.browser import browser

IMAGES = Path("docs/images")
PICTURES = (  # name, address, width, height, language
    ("board", "/", 1440, 660, "en-GB"),
    ("contract", "/contract/cu2610", 1280, 860, "zh-CN"),
    ("wall", "/?wall", 1600, 900, "zh-CN"),
    ("phone", "/", 360, 740, "zh-CN"),
)
HALL = ("--port", "0", "--http-port", "0", "--office", "0", "--speed", "20")
MORNING = ("--clock", "2026-08-20T20:58")
MINUTES_OF_TRADING, READY_SECONDS = 40, 300.0
MOST_BYTES = 200_000


def wait_for(path: Path) -> None:
    """Wait until a file is there."""
    end = time.monotonic() + READY_SECONDS
    while not path.exists():
        if time.monotonic() > end:
            raise SystemExit(f"{path} does not come")
        time.sleep(0.1)


def take(url: str) -> None:
    """Take every picture."""
    IMAGES.mkdir(exist_ok=True)
    with browser() as opened:
        for name, path, width, height, locale in PICTURES:
            page = opened.new_page(locale=locale, viewport={"width": width, "height": height})
            page.goto(url + path)
            page.wait_for_timeout(1000)
            file = IMAGES / f"{name}.png"
            page.screenshot(path=file)
            if file.stat().st_size > MOST_BYTES:
                raise SystemExit(f"{file} has more than {MOST_BYTES:,} bytes")
            print(f"{file}: {file.stat().st_size:,} bytes")


def main() -> None:
    """Run a hall, wait, take the pictures, and take it down."""
    with tempfile.TemporaryDirectory() as folder:
        call = [sys.executable, "-m", "huiguan", "up", "--data", f"{folder}/hall"]
        hall = subprocess.Popen([*call, *HALL, *MORNING])
        try:
            path = Path(folder) / "hall" / OFFICE_NAME
            wait_for(path)
            wait_for(Path(folder) / "hall" / "http_door.json")
            time.sleep(MINUTES_OF_TRADING * 60 / 20)
            take(msgspec.json.decode(path.read_bytes(), type=OfficeOpen).url)
        finally:
            hall.send_signal(signal.SIGINT)
            hall.wait()


if __name__ == "__main__":
    main()
