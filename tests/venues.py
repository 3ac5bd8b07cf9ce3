"""How each venue cuts its price limits to the tick, as its rulebook says."""

from functools import lru_cache
from pathlib import Path

from huiguan.exchange.rules.price_limits import Cut
from huiguan.exchange.rules.rows import Books, LimitRounding
from huiguan.storage.market.rulebooks.load import load_books

CFFEX = Path(__file__).parent / "rulebooks" / "cffex"


@lru_cache(1)
def books_with_cffex() -> Books:
    """Return the shipped rulebooks and the example venue of the tests."""
    return load_books(CFFEX)


def rounding_of(venue: str) -> LimitRounding | Cut:
    """Return a venue's newest ``limit_rounding``; "inward" is the way of textbooks."""
    if venue == "inward":
        return "inward"
    row = books_with_cffex().venues[venue.upper()].rows["limit_rounding"][-1]
    assert isinstance(row, LimitRounding)
    return row
