"""A guild hall: an exchange where merchants trade, and homes for those who are new in town.

What most programs need, by name; everything else stands in the rooms (README, The house):

```python
import huiguan

books = huiguan.load_books()
rows = huiguan.first_instructions({"cu": "106860"}, {"000100000001": "1000000", ...})
day = huiguan.open_first(Path("market/20260821"), books, 20260821, huiguan.read_instructions(rows))
huiguan.run_day(day.root, [{"time": "09:00:01", "code": "000100000001", ...}])
huiguan.close_day(day.root, books)
print(huiguan.statement(day.root, "000100000001", books))
```

Money is whole fen in values and yuan in words; a date is ``yyyymmdd``; what a person did wrong is
an ``InputFault``, what does not check a ``CheckFault``, each one sentence.
"""

import importlib
from importlib.metadata import version
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from huiguan.days.cleared import read_closed
    from huiguan.days.close import close_folder as close_day
    from huiguan.days.explain import explain_command
    from huiguan.days.first import first_instructions, open_first
    from huiguan.days.market import candles, opening_price, read_market
    from huiguan.days.open import open_next
    from huiguan.days.statement import statement
    from huiguan.days.verify import verify_folder as verify_day
    from huiguan.exchange.day.instructions.written import read_rows as read_instructions
    from huiguan.exchange.reports.market_frames import bars_frame, orders_frame, trades_frame
    from huiguan.exchange.rules.lookups import valid_price_on
    from huiguan.floor.files.day_orders import run_day
    from huiguan.foundation.faults import CheckFault, InputFault
    from huiguan.rounds.check import check_folder as check_round
    from huiguan.storage.market.rulebooks.load import load_books

__version__ = version("huiguan")
__all__ = [
    "CheckFault",
    "InputFault",
    "bars_frame",
    "candles",
    "check_round",
    "close_day",
    "explain_command",
    "first_instructions",
    "load_books",
    "open_first",
    "open_next",
    "opening_price",
    "orders_frame",
    "read_closed",
    "read_instructions",
    "read_market",
    "run_day",
    "statement",
    "trades_frame",
    "valid_price_on",
    "verify_day",
]
# Where each name stands; it is imported when it is first asked for, so that ``import huiguan`` is
# quick and a program that only reads rules compiles nothing.
ROOMS = {
    "CheckFault": "foundation.faults",
    "InputFault": "foundation.faults",
    "bars_frame": "exchange.reports.market_frames",
    "candles": "days.market",
    "check_round": "rounds.check:check_folder",
    "close_day": "days.close:close_folder",
    "explain_command": "days.explain",
    "first_instructions": "days.first",
    "load_books": "storage.market.rulebooks.load",
    "open_first": "days.first",
    "open_next": "days.open",
    "opening_price": "days.market",
    "orders_frame": "exchange.reports.market_frames",
    "read_closed": "days.cleared",
    "read_instructions": "exchange.day.instructions.written:read_rows",
    "read_market": "days.market",
    "run_day": "floor.files.day_orders",
    "statement": "days.statement",
    "trades_frame": "exchange.reports.market_frames",
    "valid_price_on": "exchange.rules.lookups",
    "verify_day": "days.verify:verify_folder",
}


def __getattr__(name: str) -> object:
    """Return one of the names above from its room."""
    if name not in ROOMS:
        raise AttributeError(f"huiguan has no name {name!r}; there are: {', '.join(__all__)}")
    module, _, own = ROOMS[name].partition(":")
    found: object = getattr(importlib.import_module(f"huiguan.{module}"), own or name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    """Return the names above."""
    return [*__all__, "__version__"]
