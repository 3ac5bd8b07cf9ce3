"""Whether orders are public while an auction collects them: a dated setting of the rulebooks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from huiguan.exchange.day.contract_tables import parameters_of

if TYPE_CHECKING:
    from huiguan.exchange.day.image import DayImage
    from huiguan.exchange.rules.rows import Books


def shown_in_auctions(books: Books, image: DayImage) -> np.ndarray:
    """Return of each instrument of an image whether its depth goes out in auctions.

    ``[[auction]]`` with ``depth = "shown"`` says so from its day on; unsaid it is withheld, and so
    it is of what is in no book (a recording).
    """
    names = image.names.instruments
    known = [place for place, name in enumerate(names) if name[:-4] in books.products]
    found = parameters_of(books, [names[place] for place in known], image.settings.trading_day)
    shown = np.zeros(len(names), bool)
    shown[known] = [row.auction.depth == "shown" for row in found]
    return shown
