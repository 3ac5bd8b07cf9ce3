"""Read scenarios of stress tests, and what an exchange has to pay losses with, from TOML files."""

from pathlib import Path
from typing import Any

import msgspec

import huiguan.rulebooks
from huiguan.exchange.clearing.default.waterfall import Resources
from huiguan.exchange.evening.stress.scenarios import Move, Scenario, check_scenario
from huiguan.foundation.arithmetic import parse_money
from huiguan.foundation.faults import InputFault
from huiguan.foundation.readers.written import Yuan
from huiguan.storage.toml import convert, read_header, read_toml

SHIPPED = Path(huiguan.rulebooks.__path__[0]) / "stress"
WRITTEN = ("scenario", "move")


class Money(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an exchange has of its own, beside a fund that its members pay into."""

    risk_reserve_fen: Yuan = 0
    own_funds_fen: Yuan = 0


def load_scenarios(products: set[str], *extra: Path) -> list[Scenario]:
    """Return the shipped scenarios and those of more files or folders, each checked.

    A scenario of a later file takes the place of one with its name.
    """
    found: dict[str, Scenario] = {}
    for place in (SHIPPED, *extra):
        paths = sorted(place.glob("*.toml")) if place.is_dir() else [place]
        if not paths:
            raise InputFault(f"{place} holds no .toml file; a scenario is one")
        for path in paths:
            scenario = read_scenario(path)
            try:
                check_scenario(scenario, products)
            except InputFault as fault:
                raise InputFault(f"{path}: {fault}") from None
            found[scenario.name] = scenario
    return list(found.values())


def read_scenario(path: Path) -> Scenario:
    """Return the scenario of a file; its name is the file's."""
    content = read_toml(path)
    unknown = sorted(set(content) - set(WRITTEN))
    if unknown:
        raise InputFault(f"{path}: unknown table {unknown[0]!r}; there are {', '.join(WRITTEN)}")
    header, rows = content.get("scenario"), content.get("move", [])
    if not isinstance(rows, list):
        raise InputFault(f"{path}: write [[move]], each row a table of its own")
    moves = [convert(f"{path}, [[move]] row {at}", row, Move) for at, row in enumerate(rows, 1)]
    if isinstance(header, dict):
        header = {**header, "name": path.stem, "moves": []}
    scenario = read_header(path, "scenario", header, Scenario)
    return msgspec.structs.replace(scenario, moves=tuple(moves))


def read_resources(path: Path) -> Resources:
    """Return what a file says an exchange has: ``[exchange]``, and ``[fund]`` by member."""
    content: dict[str, Any] = read_toml(path)
    unknown = sorted(set(content) - {"exchange", "fund"})
    if unknown:
        raise InputFault(f"{path}: unknown table {unknown[0]!r}; there are exchange, fund")
    own = read_header(path, "exchange", content.get("exchange", {}), Money)
    fund: dict[str, int] = {}
    for member, amount in content.get("fund", {}).items():
        if not isinstance(amount, str):
            raise InputFault(f'{path}, [fund], {member}: write yuan in quotes, like "250000.00"')
        fund[member] = parse_money(amount, f"{path}, [fund], {member}")
        if fund[member] < 0:
            raise InputFault(f"{path}, [fund], {member}: must not be below 0")
    return Resources(
        fund_fen=fund, risk_reserve_fen=own.risk_reserve_fen, own_funds_fen=own.own_funds_fen
    )
