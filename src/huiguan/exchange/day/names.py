"""What rows and ticks of a trading day are called: contracts, trading codes, prices as decimals."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal
from typing import TYPE_CHECKING

from huiguan.foundation.arithmetic import EXACT
from huiguan.foundation.faults import InputFault
from huiguan.foundation.readers.values import decimal

if TYPE_CHECKING:
    from huiguan.exchange.day.image import DayImage

NOBODY = -1  # a row that no day has: the core refuses it with its number
LARGEST = 2**31 - 1


class DayNames:
    """Names of one day, both ways. An unknown name is the row ``NOBODY``."""

    def __init__(self, image: DayImage) -> None:
        """Take the names of a day."""
        names, table = image.names, image.instruments
        self.trading_day = image.settings.trading_day
        self.contracts, self.codes = names.instruments, names.trading_codes
        self.members, self.products = names.members, names.products
        self.groups = names.phase_groups
        self.contract_rows = {name: row for row, name in enumerate(self.contracts)}
        self.code_rows = {name: row for row, name in enumerate(self.codes)}
        self.product_rows = {name: row for row, name in enumerate(self.products)}
        self._ticks = table["tick_units"].tolist()
        self._decimals = table["unit_decimals"].tolist()

    def tick(self, contract: int) -> str:
        """Return the size of a contract's tick."""
        return self.price(contract, 1)

    def price(self, contract: int, ticks: int) -> str:
        """Return ticks as a decimal in the unit of the quote: ``70010``, ``413.10``."""
        units, decimals = ticks * self._ticks[contract], self._decimals[contract]
        if not decimals:
            return str(units)
        sign, digits = "-" * (units < 0), f"{abs(units):0{decimals + 1}}"
        return f"{sign}{digits[:-decimals]}.{digits[-decimals:]}"

    def ticks(self, contract: int, text: str) -> int:
        """Return a decimal as ticks; one that is none, or lies between ticks, is a fault."""
        ticks, rest = Decimal(0), Decimal(1)
        with suppress(InputFault):  # no decimal number, and so no multiple of the tick
            units = EXACT.scaleb(decimal(text, "price"), self._decimals[contract])
            ticks, rest = EXACT.divmod(units, Decimal(self._ticks[contract]))
        if rest:
            raise InputFault(
                f"price {text!r} is no multiple of the tick of {self.tick(contract)} that "
                f"{self.contracts[contract]} has; name one that is"
            )
        if not -LARGEST - 1 <= ticks <= LARGEST:
            raise InputFault(f"price {text!r} is beyond anything a message can hold")
        return int(ticks)


def name_at(names: list[str], row: int) -> str | None:
    """Return the name of a row; None for no row."""
    return names[row] if 0 <= row < len(names) else None
