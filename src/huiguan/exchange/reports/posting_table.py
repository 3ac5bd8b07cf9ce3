"""The day's postings as one table in words: book, debit, credit, amount, reference."""

import polars as pl

from huiguan.exchange.day.image import DayImage
from huiguan.exchange.day.result import DayResult, Movement
from huiguan.exchange.evening.day_postings import EXCHANGE_BOOK, TEXTS, pool_name, postings

COLUMNS = {
    "book": pl.String,
    "reference": pl.String,
    "debit": pl.String,
    "credit": pl.String,
    "amount_fen": pl.Int64,
    "text": pl.String,
}
HASH_LETTERS = 16


def postings_frame(image: DayImage, result: DayResult) -> pl.DataFrame:
    """Return the postings that ``day_postings.postings`` yields, all at once.

    References begin with the hash of the morning, so a day recorded twice adds nothing.
    """
    day = result.settings.image_digest[:HASH_LETTERS]
    rows = result.postings
    own = rows["book"] == EXCHANGE_BOOK
    few = [
        (row.book, row.reference, row.debit, row.credit, row.amount_fen)
        for row in postings(image, result._replace(postings=rows[own]), day)
    ]
    movements = [Movement(number) for number in rows["movement"][own].tolist()]
    texts = [TEXTS[movement] for movement in movements]
    first = pl.DataFrame(
        [(*row, text) for row, text in zip(few, texts, strict=True)], COLUMNS, orient="row"
    )
    rows = rows[~own]
    amount, to_code = pl.Series(rows["amount_fen"].copy()), pl.Series(rows["amount_fen"] > 0)
    code = pl.Series(image.names.trading_codes, dtype=pl.String).gather(rows["account"].copy())
    pools = pl.Series([pool_name(image, pool) for pool in range(len(image.pools))], dtype=pl.String)
    kinds = pl.Series([m.name.lower() for m in Movement]), pl.Series([TEXTS[m] for m in Movement])
    movement = rows["movement"] - int(min(Movement))
    frame = pl.DataFrame(
        {
            "book": pools.gather(rows["book"].copy()),
            "amount_fen": amount.abs(),
            "code": code,
            "to_code": to_code,
            "pool": rows["book"].copy(),
            "account": rows["account"].copy(),
            "kind": kinds[0].gather(movement),
            "text": kinds[1].gather(movement),
        }
    )
    exchange, named = pl.lit("exchange"), pl.col("code")
    second = frame.select(
        "book",
        pl.format(f"{day}:{{}}:{{}}:{{}}", "pool", "account", "kind").alias("reference"),
        pl.when("to_code").then(exchange).otherwise(named).alias("debit"),
        pl.when("to_code").then(named).otherwise(exchange).alias("credit"),
        "amount_fen",
        "text",
    )
    return pl.concat([first, second])
