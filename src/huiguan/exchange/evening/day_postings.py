"""The day's money as double entry: the exchange's book and one book per pool of a member.

In the exchange's book every pool has a clearing deposit and a margin account; profit goes through
``marking`` (zero at the end of the day), fees to ``fees``, a share of them to ``risk reserve``. In
a pool's book every trading code is an account, against ``exchange``. House and client pools are
different accounts and different books: no posting touches both.
"""

from collections.abc import Iterator

import numpy as np

from huiguan.exchange.day.image import DayImage
from huiguan.exchange.day.result import DayResult, Movement, PostingRow
from huiguan.exchange.evening.day_money import pool_of_code
from huiguan.foundation.columns import stacked
from huiguan.foundation.postings import Posting, post
from huiguan.foundation.records import blank_rows

EXCHANGE_BOOK = -1
TEXTS = {
    Movement.PROFIT: "daily profit and loss",
    Movement.FEE: "transaction fees",
    Movement.ORDER_FEE: "order fees",
    Movement.RESERVE_SHARE: "share of fees to the risk reserve",
    Movement.MARGIN: "change of trading margin",
}


def posting_rows(
    image: DayImage, accounts: np.ndarray, pools: np.ndarray, reserve_share_fen: int
) -> np.ndarray:
    """Return every movement of the day's clearing; amounts of zero are left out.

    The sign of an amount: to the pool or trading code; margin: from deposit to margin.
    """
    index = np.arange(len(pools))
    codes, books = np.arange(len(accounts)), pool_of_code(image)
    fees = accounts["fees_fen"] + accounts["delivery_fees_fen"]
    profit = accounts["close_profit_fen"] + accounts["mark_profit_fen"]
    exchange = np.full(len(pools), EXCHANGE_BOOK)
    margin = pools["margin_fen"] - pools["previous_margin_fen"]
    parts = [
        _rows(exchange, index, Movement.PROFIT, pools["profit_fen"]),
        _rows(exchange, index, Movement.FEE, -pools["fees_fen"]),
        _rows(exchange, index, Movement.ORDER_FEE, -pools["order_fees_fen"]),
        _rows(exchange, index, Movement.MARGIN, margin),
        _rows(exchange[:1], index[:1], Movement.RESERVE_SHARE, np.array([reserve_share_fen])),
        _rows(books, codes, Movement.PROFIT, profit),
        _rows(books, codes, Movement.FEE, -fees),
        _rows(books, codes, Movement.ORDER_FEE, -accounts["order_fees_fen"]),
    ]
    table = stacked(parts)
    return table[np.lexsort([table["movement"], table["account"], table["book"]])]


def _rows(
    books: np.ndarray, accounts: np.ndarray, movement: Movement, amounts: np.ndarray
) -> np.ndarray:
    """Return the rows of one movement that move something."""
    chosen = np.flatnonzero(amounts)
    table = blank_rows(PostingRow, len(chosen))
    table["amount_fen"], table["book"] = amounts[chosen], books[chosen]
    table["account"], table["movement"] = accounts[chosen], movement
    return table


def pool_name(image: DayImage, pool: int) -> str:
    """Return the name of a pool: member and whose money it is."""
    row = image.pools[pool]
    return f"{image.names.members[row['member']]}/{'house' if row['house'] else 'clients'}"


def postings(image: DayImage, result: DayResult, day_hash: str) -> Iterator[Posting]:
    """Yield the day's postings in words; each reference is unique under the day's hash.

    Recording the same day twice gives the same references, so the second time adds nothing.
    """
    for row in result.postings:
        movement = Movement(int(row["movement"]))
        reference = f"{day_hash}:{int(row['book'])}:{int(row['account'])}:{movement.name.lower()}"
        if row["book"] == EXCHANGE_BOOK:
            pool = pool_name(image, int(row["account"]))
            deposit = f"{pool}:clearing deposit"
            debit, credit = {
                Movement.PROFIT: ("marking", deposit),
                Movement.FEE: ("fees", deposit),
                Movement.ORDER_FEE: ("fees", deposit),
                Movement.MARGIN: (deposit, f"{pool}:trading margin"),
                Movement.RESERVE_SHARE: ("fees", "risk reserve"),
            }[movement]
            book = "exchange"
        else:
            book = pool_name(image, int(row["book"]))
            debit, credit = "exchange", image.names.trading_codes[int(row["account"])]
        yield from post(book, debit, credit, int(row["amount_fen"]), reference)
