"""A hall of copper that trades, in its real processes, and offices of its people beside it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from huiguan.floor.doors.json.serve import HTTP_DOOR_NAME
from huiguan.floor.hall.operator import SOCKET_NAME
from huiguan.floor.hall.publisher import FEED_NAME
from huiguan.floor.hall.serve import DAYS, current_day
from huiguan.office.display.here import Shown, show
from huiguan.office.feed.follower import Follower, HallPlaces
from huiguan.office.feed.public_day import PublicDay
from huiguan.storage.market.day_image import read_image
from tests.halls import RunningHall, running_hall
from tests.live.json_door.conftest import trading
from tests.office.peopled import First, Office

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from huiguan.exchange.day.image import DayImage


def places_of(folder: Path, certificate: str = "") -> HallPlaces:
    """Return where the market of a hall is, as the office is told."""
    return HallPlaces(
        certificate=certificate,
        days=folder / DAYS,
        feed=folder / FEED_NAME,
        operator=folder / SOCKET_NAME,
        http_door=folder / HTTP_DOOR_NAME,
    )


@pytest.fixture(scope="package")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHall]:
    folder = tmp_path_factory.mktemp("members") / "hall"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("huiguan.cli.hall.up.SESSIONS", 512)  # every office here has keys of its own
        with running_hall(folder) as found:
            found.open()
            trading(found)
            yield found


@pytest.fixture(scope="package")
def image(hall: RunningHall) -> DayImage:
    return read_image(current_day(hall.folder) / "image")


@pytest.fixture
def office(
    first_day: First,
    tmp_path: Path,
    hall: RunningHall,
    image: DayImage,
) -> Iterator[Office]:
    with office_beside(hall, image, first_day, tmp_path / "hall") as found:
        yield found


@contextmanager
def office_beside(
    hall: RunningHall, image: DayImage, first_day: First, folder: Path, certificate: str = ""
) -> Iterator[Office]:
    """Open an office whose first people are bound to the hall's visitor and its member."""
    from huiguan.office.members.bindings import bind_first_people

    follower = Follower(places_of(hall.folder, certificate))
    follower.day, follower.is_connected = PublicDay(image), True
    show(Shown(follower, (), "/static/x"))
    found = Office(first_day, folder)
    bind_first_people(image)
    yield found
    found.close()


@pytest.fixture
def order(image: DayImage) -> dict[str, Any]:
    """Return a form that opens one lot far from any trade, as the trader sends it."""
    return {
        "trading_code": image.names.trading_codes[-1],
        "contract": "cu2610",
        "side": "buy",
        "offset": "open",
        "price": "106000",
        "lots": "1",
    }
