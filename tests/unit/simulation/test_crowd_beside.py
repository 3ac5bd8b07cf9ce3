"""The simulated people beside somebody's own orders: one seed, one day."""

from pathlib import Path

import pytest

from huiguan.exchange.day.image import DayImage
from huiguan.floor.files.day_orders import RunOrders, run_day
from huiguan.simulation.market.image import first_image
from huiguan.simulation.market.people import Size
from huiguan.simulation.market.run import CrowdBeside
from huiguan.simulation.market.visitors import with_visitors
from huiguan.storage.market.day_folder import DayFolder
from huiguan.storage.market.day_image import write_image
from huiguan.storage.market.rulebooks.load import load_books

DAY, PRODUCTS = 20260821, ["cu"]


@pytest.fixture(scope="module")
def image() -> DayImage:
    return with_visitors(
        first_image(load_books(), DAY, PRODUCTS, 1, Size(members=5, codes=80)).image, 1
    )


def played(image: DayImage, root: Path, seed: int) -> RunOrders:
    """Run a day of the crowd and one visitor, who pays the upper limit for a lot of copper."""
    write_image(DayFolder(root).image, image)
    row = image.instruments[0]
    upper = int(row["upper_limit_ticks"]) * int(row["tick_units"])
    order = {
        "time": "10:00:00",
        "code": image.names.trading_codes[-1],
        "contract": image.names.instruments[0],
        "side": "buy",
        "price": str(upper),
        "lots": "1",
    }
    return run_day(root, [order], [CrowdBeside(image, seed)])


@pytest.mark.slow
def test_the_same_seed_gives_the_same_day(image: DayImage, tmp_path: Path) -> None:
    first, again, other = (
        played(image, tmp_path / str(number), seed) for number, seed in enumerate((7, 7, 8))
    )
    assert first.trades > 100
    assert not first.refused  # what the crowd is refused is not told as one's own
    assert first.hashes == again.hashes
    assert first.hashes.journal != other.hashes.journal
