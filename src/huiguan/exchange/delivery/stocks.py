"""Published figures: warrants by product, region and place; stocks; the month of deliveries (6.9).

Columns have the names of the exchange's files; ``ROWSTATUS`` is 0 for a place, 1 for the subtotal
of a region, 2 for the total of a product. The monthly file's own column names were not read: it has
the Chinese heads under which it is published.
"""

from collections.abc import Callable, Mapping

import msgspec

from huiguan.exchange.delivery.register import Facility
from huiguan.exchange.delivery.tally import Standing

SUBTOTAL, TOTAL = "合计$$Subtotal", "总计$$Total"
NOTHING = Standing({}, {})
Row = dict[str, object]


class Names(msgspec.Struct, frozen=True, kw_only=True):
    """What a product is called and counted in."""

    chinese: str
    english: str
    unit: str
    order: int


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
    today: Mapping[str, Standing],
    before: Mapping[str, Standing],
) -> list[Row]:
    """Return the daily warrant report of a product: warrants today, and the change."""
    now, then = (of.get(product, NOTHING).papers for of in (today, before))

    def figures(codes: list[str]) -> Row:
        held, was = (sum(units(of.get(code, 0)) for code in codes) for of in (now, then))
        return {"WRTWGHTS": held, "WRTCHANGE": held - was}

    return laid_out(names, facilities, product, figures)


def stock_rows(
    names: Names,
    facilities: Mapping[str, Facility],
    product: str,
    today: Mapping[str, Standing],
    before: Mapping[str, Standing],
) -> list[Row]:
    """Return the weekly stocks of a product: goods and warrants, last week's, room left."""
    both = [of.get(product, NOTHING) for of in (today, before)]

    def figures(codes: list[str]) -> Row:
        spot, was_spot = (sum(units(of.goods.get(code, 0)) for code in codes) for of in both)
        wrt, was_wrt = (sum(units(of.papers.get(code, 0)) for code in codes) for of in both)
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
