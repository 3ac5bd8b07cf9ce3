"""A running hall with its pages, and a real browser; skipped where there is none."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
import pytest
from tools.browser import NONE_FOUND, browser, browser_file

from huiguan.office.config.place import OFFICE_NAME, OfficeOpen
from tests.halls import RunningHall, running_hall
from tests.live.test_incidents import wait_until
from tests.live.test_office import read, trade

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

LANGUAGES = {"en": "en-GB", "zh": "zh-CN"}
PATIENCE_MS = 120_000  # a wait ends when what it waits for is there; a busy machine takes long


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of this folder, and skip them where there is no browser."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.slow)
            if browser_file() is None:
                item.add_marker(pytest.mark.skip(reason=NONE_FOUND))


class OpenPage(NamedTuple):
    """A page in a browser, and what its console said."""

    page: Page
    said: list[str]


Open = Callable[..., OpenPage]


@pytest.fixture(scope="session")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHall]:
    """Run copper and gold, with a few trades and a book of five levels."""
    folder = tmp_path_factory.mktemp("browser") / "hall"
    with running_hall(folder, products="cu,au") as found:
        found.make_people()
        found.start("office", OFFICE_NAME)
        found.open()
        found.ask("step")
        found.ask("step")
        for place in range(5):
            for side, price in (("buy", 106_900 - 10 * place), ("sell", 107_100 + 10 * place)):
                order = {"contract": "cu2610", "side": side, "price": str(price), "lots": place + 1}
                found.http("POST", "/v1/orders", body=msgspec.json.encode(order))
        trade(found, "107000")
        wait_until(lambda: "107,000" in read(folder))
        yield found


@pytest.fixture(scope="module")  # its loop runs as long as it does: no other test may meet it
def chromium() -> Iterator[Browser]:
    """Run one browser for all tests of a file."""
    with browser() as found:
        yield found


@pytest.fixture
def visit(hall: RunningHall, chromium: Browser) -> Iterator[Open]:
    """Open addresses, each in a fresh browser: ``visit("/", "zh", 360, script=False)``."""
    opened: list[Any] = []

    def open_page(
        path: str, lang: str = "en", width: int = 1440, *, script: bool = True, **more: Any
    ) -> OpenPage:
        url = msgspec.json.decode((hall.folder / OFFICE_NAME).read_bytes(), type=OfficeOpen).url
        size = {"width": width, "height": 900}
        context = chromium.new_context(
            locale=LANGUAGES[lang], viewport=size, java_script_enabled=script, **more
        )
        opened.append(context)
        context.set_default_timeout(PATIENCE_MS)
        page, said = context.new_page(), list[str]()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda fault: said.append(str(fault)))
        page.goto(url + path)
        return OpenPage(page, said)

    yield open_page
    for context in opened:
        context.close()
