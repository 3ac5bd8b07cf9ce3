"""Whether depth goes out in auctions is a dated row of a book."""

from pathlib import Path

import msgspec
import numpy as np

from huiguan.exchange.day.image import Names
from huiguan.exchange.market_data.auction_depth import shown_in_auctions
from huiguan.exchange.market_data.feed import Feed
from tests.laid_over import laid_over, row
from tests.markets import books, market_image


def test_depth_is_withheld_where_no_row_says_otherwise() -> None:
    image = market_image()
    assert not shown_in_auctions(books(), image).any()
    recording = image._replace(names=Names(instruments=["recorded"]))
    assert shown_in_auctions(books(), recording).tolist() == [False]


def test_a_row_shows_it_from_its_day_on(tmp_path: Path) -> None:
    """Copper shows it from 2026-08-21 on, the day of the image."""
    shown = row("auction", "effective = 2026-08-21", tie='"reference"', depth='"shown"')
    changed, image = laid_over(tmp_path, "shfe/cu.toml", shown), market_image()
    copper = np.array([name.startswith("cu") for name in image.names.instruments])
    assert copper.any()
    assert (shown_in_auctions(changed, image) == copper).all()
    settings = msgspec.structs.replace(image.settings, trading_day=20260820)
    assert not shown_in_auctions(changed, image._replace(settings=settings)).any()
    feed = Feed(image, auction_depth=shown_in_auctions(changed, image))
    assert (feed.state.books["withholds"] == ~copper).all()
