"""The compiled book trades like the plain one."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.models.plain_book import Order, PlainBook

from huiguan.exchange.trading.book import BOOK_SIDE, ORDER, TRADE, Book, join, leave, match


def empty_book(lower: int, upper: int, capacity: int, last: int) -> tuple[int, Book]:
    width = upper - lower + 1
    orders = np.zeros(2 * width + capacity, ORDER)
    orders["behind"] = orders["ahead"] = np.arange(len(orders))
    sides = np.zeros(2, BOOK_SIDE)
    sides["best_depth"] = width
    sides["first_ring"] = [0, width]
    sides["origin_ticks"] = [upper, lower]
    sides["step"] = [-1, 1]
    return 2 * width, Book(orders, sides, np.array([last]))


entries = st.tuples(st.just("enter"), st.integers(0, 1), st.integers(95, 105), st.integers(1, 9))
cancels = st.tuples(st.just("cancel"), st.integers(0, 30))


@settings(deadline=None, max_examples=300)
@given(st.lists(entries | cancels, max_size=60))
def test_book_trades_like_the_rulebook(story: list[tuple[str, int, int, int]]) -> None:
    first, book = empty_book(90, 110, 64, 100)
    plain = PlainBook(last=100)
    trades = np.zeros(64, TRADE)
    row = first
    for step in story:
        if step[0] == "enter":
            order = book.orders[row]
            order["side"], order["price_ticks"], order["lots"] = step[1:]
            count = match(book, row, trades, 0)
            if order["lots"]:
                join(book, row)
            assert [tuple(t) for t in trades[:count].tolist()] == plain.enter(Order(row, *step[1:]))
            row += 1
        else:
            target = first + step[1]
            if target < row and book.orders[target]["lots"]:
                leave(book, target)
                book.orders[target]["lots"] = 0
            plain.cancel(target)
