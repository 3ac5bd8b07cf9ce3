"""The evening before a market's first day: no contract, nobody, nothing held.

The first morning follows from it by instructions, as every other morning does from its evening.
"""

from huiguan.exchange.day.image import DayImage, Names, Settings, image_digest
from huiguan.exchange.day.result import DayResult, ResultSettings
from huiguan.exchange.rules.rows import Books
from huiguan.foundation.calendars import Calendar, refuse_closed_day, trading_day_before
from huiguan.foundation.tables import empty_tables


def nothing_before(
    books: Books, calendar: Calendar, first_day: int, settings: Settings
) -> tuple[DayImage, DayResult]:
    """Return the image and the result of the evening before ``first_day`` (yyyymmdd).

    ``settings`` are those the market begins with: capacities above all. A day without trading is
    an ``InputFault``.
    """
    refuse_closed_day(calendar, first_day, "the market")
    image = DayImage(settings=settings, names=Names(), **empty_tables(DayImage))
    result = DayResult(
        settings=ResultSettings(
            trading_day=trading_day_before(calendar, first_day),
            next_trading_day=first_day,
            image_digest=image_digest(image).hex(),
            rulebook_digest=books.digest,
            reserve_share_fen=0,
        ),
        **empty_tables(DayResult),
    )
    return image, result
