"""What the rulebooks say of a whole day: how prices meet, how auctions decide, which venues trade.

The first image of a market and every next one take these settings from here, so that a dated row
reaches the morning of its day.
"""

from collections.abc import Iterable, Sequence

from msgspec import UNSET
from msgspec.structs import replace

from huiguan.exchange.day.image import AuctionTie, PriceRule, Settings
from huiguan.exchange.rules.parameters import ContractParameters
from huiguan.exchange.rules.rows import Books
from huiguan.foundation.calendars import show_day
from huiguan.foundation.faults import InputFault


def settings_of_day(
    books: Books, trading_day: int, found: Sequence[ContractParameters], before: Settings
) -> Settings:
    """Return ``before`` for a trading day, with the rules of matching and venues of its contracts.

    ``found`` is what the books say of every contract that trades. Contracts with different rules
    can not share one day: that is an InputFault.
    """
    tie = _the_one("auction", trading_day, [row.auction.tie for row in found], found)
    rule = _the_one("trade_price", trading_day, [row.trade_price.rule for row in found], found)
    words = [row.trade_price.self_trade or "none" for row in found]
    choice = _the_one("trade_price", trading_day, words, found) == "by_session"
    return replace(
        before,
        trading_day=trading_day,
        auction_tie=AuctionTie[tie.upper()],
        price_rule=PriceRule[rule.upper()],
        self_trade_choice=choice or UNSET,
        venue=_venues(before.venue, [row.contract.venue for row in found]),
        rulebook_digest=books.digest,
    )


def _the_one(kind: str, day: int, words: Sequence[str], found: Sequence[ContractParameters]) -> str:
    """Return the word that all contracts have in a kind of row."""
    products = {word: row.contract.product for word, row in zip(words, found, strict=True)}
    if len(products) > 1:
        said = ", ".join(f"{word} for {product}" for word, product in products.items())
        raise InputFault(
            f"on {show_day(day)} the books have different rows of [[{kind}]] ({said}), but all"
            " contracts of a day share one; name products of one kind with --products, or give"
            " their venues one rule"
        )
    return words[0]


def _venues(before: str, venues: Iterable[str]) -> str:
    """Return the venues of a day, those of the day before in their order first."""
    now = dict.fromkeys(venues)
    return "+".join(dict.fromkeys([*(v for v in before.split("+") if v in now), *now]))
