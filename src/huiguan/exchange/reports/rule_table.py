"""The rules of a product on a day as rows of words: value, article, source, age, status."""

from collections.abc import Iterable
from decimal import Decimal

import msgspec

from huiguan.exchange.rules.dated import ContractRow, MarketRow
from huiguan.exchange.rules.instruments import (
    contract,
    contract_code,
    listed_contracts,
    product_rows,
    select,
)
from huiguan.exchange.rules.parameters import ContractParameters, parameters, position_limit_lots
from huiguan.exchange.rules.rows import KINDS, Books, NamedRow, Product
from huiguan.foundation.arithmetic import show_fen, show_rate
from huiguan.foundation.calendars import days_between, show_day
from huiguan.foundation.faults import InputFault
from huiguan.foundation.readers.signatures import unchecked

HIDDEN = {*ContractRow.__struct_fields__}
DAYS = {"reverts_from", "listed", "last_day"}


class RuleLine(msgspec.Struct, frozen=True, kw_only=True):
    """One rule as it holds on a day for some contract months."""

    rule: str
    contracts: str
    value: str
    since: str
    age_days: int
    status: str
    article: str
    source: str
    note: str


class ContractLine(msgspec.Struct, frozen=True, kw_only=True):
    """What is in force for one contract month on a day."""

    contract: str
    listed: str
    last_trading_day: str
    delivery: str
    limit: str
    general_margin: str
    hedge_margin: str
    margin_by: str
    fee_open: str
    fee_close_today: str
    hedge_fee: str
    position_limit: str
    opening_limit: str
    larger_side: bool
    natural_person_to: str


def show_value(name: str, value: object) -> str:
    """Return a field's value as a person reads it."""
    if value is None:
        return "none known"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(show_value(name, item) for item in value) or "none"
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, int):
        if name.endswith("_ppb"):
            return show_rate(value)
        if name.endswith("_fen"):
            return f"{show_fen(value)} CNY"
        if name in DAYS:
            return show_day(value) if value else "never"
        return f"{value:,}" if name.endswith("_lots") or name == "lots" else str(value)
    return str(value)


def show_row(row: MarketRow) -> str:
    """Return the values of a row; fields left at their default say nothing."""
    fields = [field for field in msgspec.structs.fields(row) if field.name not in HIDDEN]
    told = [f for f in fields if getattr(row, f.name) != f.default or f.name == "lots"]
    parts = []
    for field in told or fields:
        word = field.name.removesuffix("_ppb").removesuffix("_fen").replace("_", " ")
        parts.append(f"{word} {show_value(field.name, getattr(row, field.name))}")
    return "; ".join(parts)


def show_months(months: Iterable[int], every: list[int]) -> str:
    """Return "all", or runs of the listed months: ``2609-2702 2705``."""
    places = [every.index(month) for month in months]
    if len(places) == len(every):
        return "all"
    runs: list[list[int]] = []
    for place in places:
        if runs and place == runs[-1][-1] + 1:
            runs[-1].append(place)
        else:
            runs.append([place])
    texts = [[f"{every[place] % 10_000:04d}" for place in run] for run in runs]
    return " ".join(run[0] if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in texts)


def rule_lines(books: Books, product: Product, day: int, codes: Iterable[str]) -> list[RuleLine]:
    """Return every rule that holds for the given contracts of a product on a trading day."""
    found = [contract(books, code) for code in codes]
    every = [item.month for item in found]
    lines = []
    for name, kind in KINDS.items():
        groups: dict[int, tuple[MarketRow, list[int]]] = {}
        if issubclass(kind, NamedRow):
            for row in (row for rows in product_rows(books, product, name) for row in rows):
                if isinstance(row, NamedRow) and row.contract in every:
                    groups[id(row)] = (row, [row.contract])
        else:
            for item in found:
                chosen = select(books, product, kind, day, item.month, item.last_day)
                if chosen is not None:
                    groups.setdefault(id(chosen), (chosen, []))[1].append(item.month)
        for row, months_of_row in groups.values():
            lines.append(rule_line(name, row, show_months(months_of_row, every), day))
    return lines


def rule_line(name: str, row: MarketRow, contracts: str, day: int) -> RuleLine:
    """Return one line of words for a row."""
    return RuleLine(
        rule=name.replace("_", " "),
        contracts=contracts,
        value=show_row(row),
        since=show_day(row.effective),
        age_days=days_between(row.effective, day),
        status=row.status,
        article=row.article,
        source=row.source,
        note=row.note,
    )


def show_fee(rate_ppb: int, fen: int) -> str:
    """Return a fee in basis points or in yuan a lot."""
    if rate_ppb:
        return f"{(Decimal(rate_ppb) / 100_000).normalize():f}bp"
    return f"{show_fen(fen)}/lot" if fen else "0"


def show_limit(limit: ContractParameters) -> str:
    """Return the position limit of a contract, a share of open interest in words."""
    row = limit.position_limit
    lots = unchecked(position_limit_lots)(row.lots, 0, 0, 0)
    text = "none known" if lots is None else f"{lots:,}"
    if row.share_ppb:
        text += f" or {show_rate(row.share_ppb)} from {row.threshold_lots:,}"
    return text


def contract_line(found: ContractParameters) -> ContractLine:
    """Return what is in force for one contract month as words."""
    contract, days = found.contract, found.contract.delivery_days
    by_ladder = found.ladder.margin_ppb > found.circular.hedge_ppb
    opening = found.opening_limit.lots
    last = found.last_day_natural_person
    return ContractLine(
        contract=contract.code,
        listed=show_day(contract.listed),
        last_trading_day=show_day(contract.last_day),
        delivery=" to ".join(show_day(day) for day in sorted({*days[:1], *days[-1:]})) or "cash",
        limit=show_rate(found.limit_ppb),
        general_margin=show_rate(found.general_ppb),
        hedge_margin=show_rate(found.hedge_ppb),
        margin_by="ladder" if by_ladder else "circular",
        fee_open=show_fee(found.general_fees.open_rate_ppb, found.general_fees.open_fen),
        fee_close_today=show_fee(
            found.general_fees.close_today_rate_ppb, found.general_fees.close_today_fen
        ),
        hedge_fee=show_fee(found.hedge_fees.open_rate_ppb, found.hedge_fees.open_fen),
        position_limit=show_limit(found),
        opening_limit="none known" if opening is None else f"{opening:,}",
        larger_side=found.larger_side,
        natural_person_to=show_day(last) if last else "no rule",
    )


def contract_lines(books: Books, product: str, day: int) -> list[ContractLine]:
    """Return what is in force for every listed contract month of a product on a day."""
    listed = listed_contracts(books, day, [product])
    return [contract_line(parameters(books, item, day)) for item in listed]


def codes_on(books: Books, what: str, day: int) -> list[str]:
    """Return the contracts a person means: one by its code, or all of a product listed on a day."""
    if what in books.products:
        codes = [item.code for item in listed_contracts(books, day, [what])]
        if not codes:
            first = show_day(books.products[what].listed)
            raise InputFault(f"{what} has no contract on {show_day(day)}; it was listed on {first}")
        return codes
    found = parameters(books, what, day).contract
    return [contract_code(found.product, found.month)]
