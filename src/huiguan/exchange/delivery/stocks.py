"""Published figures: warrants by product, region and place; stocks; the month of deliveries (6.9).

Columns have the names of the exchange's files; ``ROWSTATUS`` is 0 for a place, 1 for the subtotal
of a region, 2 for the total of a product. The monthly file's own column names were not read: it has
the Chinese heads under which it is published.
"""

from collections.abc import Callable, Iterable, Mapping

import msgspec

from huiguan.exchange.delivery.register import Facility
from huiguan.exchange.delivery.warrants import AT_THE_PLACE, State, Warrant

SUBTOTAL, TOTAL = "合计$$Subtotal", "总计$$Total"
REGISTERED = (State.ISSUED, State.FROZEN, State.PLEDGED)
Row = dict[str, object]


class Names(msgspec.Struct, frozen=True, kw_only=True):
    """What a product is called and counted in."""

    chinese: str
    english: str
    unit: str
    order: int


def registered(warrant: Warrant) -> bool:
    """Return whether a warrant counts as one: registered and not too old."""
    return warrant.state in REGISTERED


def stored(warrant: Warrant) -> bool:
    """Return whether goods are at a place, with a warrant or without."""
    return warrant.state in AT_THE_PLACE and warrant.state != State.APPROVED


def by_place(
    warrants: Iterable[Warrant], counts: Callable[[Warrant], bool], product: str
) -> dict[str, int]:
    """Return the thousandths at each place that count, of one product."""
    found: dict[str, int] = {}
    for warrant in warrants:
        if warrant.product == product and counts(warrant):
            quantity = warrant.actual or warrant.quantity
            found[warrant.facility] = found.get(warrant.facility, 0) + quantity
    return found


def laid_out(
    names: Names,
    facilities: Mapping[str, Facility],
    product: str,
    figures: Callable[[list[str]], Row],
) -> list[Row]:
    """Return a product's rows: its places by region, each region's subtotal, the total."""
    places = [f for f in facilities.values() if product in f.capacity]
    regions: dict[str, list[Facility]] = {}
    for place in sorted(places, key=lambda f: (f.region, f.code)):
        regions.setdefault(place.region, []).append(place)
    rows: list[Row] = []

    def add(region: str, number: int, name: str, codes: list[str], status: int) -> None:
        rows.append(
            {
                "VARNAME": f"{names.chinese}$${names.english}",
                "VARSORT": names.order,
                "REGNAME": region,
                "REGSORT": number,
                "WHABBRNAME": name,
                "WGHTUNIT": names.unit,
                **figures(codes),
                "ROWORDER": len(rows) + 1,
                "ROWSTATUS": status,
            }
        )

    for number, (region, own) in enumerate(regions.items(), 1):
        for place in own:
            add(region, number, place.name, [place.code], 0)
        add(region, number, SUBTOTAL, [place.code for place in own], 1)
    if places:
        add("", len(regions) + 1, TOTAL, [place.code for place in places], 2)
    return rows


def units(thousandths: int) -> int:
    """Return whole units, cut: published figures have no decimals."""
    return thousandths // 1_000


def warrant_rows(
    names: Names,
    facilities: Mapping[str, Facility],
    product: str,
    today: Iterable[Warrant],
    before: Iterable[Warrant],
) -> list[Row]:
    """Return the daily warrant report of a product: warrants today, and the change."""
    now, then = (by_place(rows, registered, product) for rows in (today, before))

    def figures(codes: list[str]) -> Row:
        held, was = (sum(units(of.get(code, 0)) for code in codes) for of in (now, then))
        return {"WRTWGHTS": held, "WRTCHANGE": held - was}

    return laid_out(names, facilities, product, figures)


def stock_rows(
    names: Names,
    facilities: Mapping[str, Facility],
    product: str,
    today: Iterable[Warrant],
    before: Iterable[Warrant],
) -> list[Row]:
    """Return the weekly stocks of a product: goods and warrants, last week's, room left."""
    rows = [list(today), list(before)]
    goods = [by_place(each, stored, product) for each in rows]
    papers = [by_place(each, registered, product) for each in rows]

    def figures(codes: list[str]) -> Row:
        spot, was_spot = (sum(units(of.get(code, 0)) for code in codes) for of in goods)
        wrt, was_wrt = (sum(units(of.get(code, 0)) for code in codes) for of in papers)
        room = sum(units(facilities[code].capacity[product]) for code in codes)
        return {
            "PRESPOTWGHTS": was_spot,
            "PREWRTWGHTS": was_wrt,
            "SPOTWGHTS": spot,
            "WRTWGHTS": wrt,
            "SPOTCHANGE": spot - was_spot,
            "WRTCHANGE": wrt - was_wrt,
            "WHSTOCKS": room - spot,
        }

    return laid_out(names, facilities, product, figures)
