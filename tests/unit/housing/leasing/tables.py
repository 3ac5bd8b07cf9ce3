"""Tables of leases as an office writes them, for tests: cells by column, money in yuan."""

from collections.abc import Sequence
from datetime import date

from huiguan.housing.leasing.columns import LEASES, OPENING, PAYERS, RENTS
from huiguan.housing.leasing.forms import Letting, Tables, read_tables
from huiguan.housing.rules import HomeRules
from huiguan.storage.homes.rules import read_home_rules

D = date.fromisoformat
RULES: HomeRules = read_home_rules()
LEASE = {
    "lease": "L1", "place": "A1", "lessee": "ann", "occupants": "ann", "start": "2026-10-01",
    "end": "2027-10-01", "rent": "2700.00", "deposit": "2700",
}  # fmt: skip
RENT = {"home": "A1", "start": "2026-01-01", "rent": "2700", "market": "3000"}


def rows(*cells: dict[str, str]) -> list[tuple[int, dict[str, str]]]:
    """Return rows with their lines, as a reader gives them: the first below the heads is 2."""
    return list(enumerate(cells, 2))


def read(
    leases: Sequence[dict[str, str]] = (LEASE,),
    payers: Sequence[dict[str, str]] = (),
    rents: Sequence[dict[str, str]] = (RENT,),
    opening: Sequence[dict[str, str]] = (),
) -> Tables:
    """Return what such tables say."""
    return read_tables(
        {LEASES: rows(*leases), PAYERS: rows(*payers), RENTS: rows(*rents), OPENING: rows(*opening)}
    )


def lettings(*changes: dict[str, str], payers: Sequence[dict[str, str]] = ()) -> list[Letting]:
    """Return leases that are right: the usual one with changes, numbered L1, L2..."""
    cells = [LEASE | {"lease": f"L{at}"} | change for at, change in enumerate(changes, 1)]
    found = read(cells, payers)
    assert found.faults == []
    return found.lettings


def told(faults: Sequence[object]) -> list[str]:
    """Return faults as lines, each with its table."""
    return [f"{fault.table} {fault.told()}" for fault in faults]  # type: ignore[attr-defined]
