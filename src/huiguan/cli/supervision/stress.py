"""``huiguan stress``: a closed day at other prices, and who could pay what is lost."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from huiguan.cli import app
from huiguan.cli.language import tell
from huiguan.cli.market.folders import Folders, check_day
from huiguan.foundation.arithmetic import PPB, show_fen, show_rate
from huiguan.foundation.faults import InputFault

if TYPE_CHECKING:
    from huiguan.exchange.clearing.default.waterfall import Resources
    from huiguan.exchange.day.image import DayImage
    from huiguan.exchange.day.result import DayResult
    from huiguan.exchange.evening.stress.losses import Outcome
    from huiguan.exchange.evening.stress.reverse import Exhausted
    from huiguan.exchange.evening.stress.scenarios import Scenario
    from huiguan.exchange.rules.failing import DefaultWaterfall
    from huiguan.exchange.rules.parameters import ContractParameters

    Closed = tuple[DayImage, DayResult]

MOST_ROWS = 20
LAYERS = {
    "own money": "the members' own money",
    "fund_share": "their part of the fund",
    "risk_reserve": "risk reserve",
    "own_funds": "own funds of the exchange",
    "others_fund": "the others' parts of the fund",
    "assessments": "assessments",
}


@app.command()
def stress(
    folders: Annotated[
        list[Path],
        typer.Argument(
            metavar="DIR...", help="Closed days; with several, margins are looked back on too."
        ),
    ],
    more: Annotated[
        list[Path] | None,
        typer.Option("--scenarios", metavar="FILE", help="Scenarios beside the shipped ones."),
    ] = None,
    resources: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="What the exchange has to pay losses with."),
    ] = None,
    one: Annotated[
        str | None, typer.Option("--scenario", metavar="NAME", help="One, member by member.")
    ] = None,
    rulebook: Folders = None,
    as_json: Annotated[bool, typer.Option("--json", help="Everything, as JSON.")] = False,
) -> None:
    """Show who could not pay if prices moved, whose money would, and how far prices may move.

    The last day is stressed at its settlement prices; nothing is written.
    """
    from huiguan.days.cleared import read_closed
    from huiguan.exchange.clearing.default.waterfall import Resources
    from huiguan.exchange.day.contract_tables import parameters_of
    from huiguan.exchange.evening.stress.losses import exposure
    from huiguan.exchange.evening.stress.reverse import reverse_stress
    from huiguan.storage.market.rulebooks.load import load_books
    from huiguan.storage.market.rulebooks.scenarios import load_scenarios, read_resources

    for folder in folders:
        check_day(folder)
    books = load_books(*(rulebook or []))
    scenarios = load_scenarios(set(books.products), *(more or []))
    chosen = [scenario for scenario in scenarios if one in (None, scenario.name)]
    if not chosen:
        names = ", ".join(scenario.name for scenario in scenarios)
        raise InputFault(f"there is no scenario {one!r}; there are {names}")
    there = read_resources(resources) if resources else Resources(
        fund_fen={}, risk_reserve_fen=0, own_funds_fen=0
    )  # fmt: skip
    days = [read_closed(folder)[:2] for folder in folders]
    image, result = days[-1]
    rules = parameters_of(books, image.names.instruments, image.settings.trading_day)
    waterfall = one_waterfall(rules)
    seen = exposure(image, result)
    outcomes = [
        (scenario, came_to(days[-1], rules, scenario, waterfall, there)) for scenario in chosen
    ]
    ends = [] if one else reverse_stress(seen, most_failing(chosen), waterfall, there)
    if as_json:
        typer.echo(as_page(outcomes, ends, days).decode())
        return
    if resources is None:
        tell(
            "Nothing is known of the exchange's own money: its layers count as empty. Give it with"
            " --resources FILE (docs/how-to/stress-a-day.md)."
        )
    if one:
        show_members(*outcomes[0])
        return
    show_outcomes(folders[-1], outcomes)
    show_ends(ends, most_failing(chosen))
    if len(days) > 1:
        show_look_back(days)


def came_to(
    day: Closed,
    rules: list[ContractParameters],
    scenario: Scenario,
    waterfall: DefaultWaterfall,
    resources: Resources,
) -> Outcome:
    """Return what a scenario comes to on a day."""
    from huiguan.exchange.evening.stress.losses import exposure, member_losses, outcome
    from huiguan.exchange.evening.stress.scenarios import stressed_units

    units = stressed_units(*day, rules, scenario)
    losses = member_losses(exposure(*day), units)
    return outcome(losses, scenario.fail, waterfall, resources)


def one_waterfall(rules: list[ContractParameters]) -> DefaultWaterfall:
    """Return the order of layers of all contracts of a day; two of them are refused."""
    found = [row.default_waterfall for row in rules]
    if len({(row.layers, row.assessment_share_ppb) for row in found}) != 1:
        raise InputFault(
            "the venues of this day pay losses in different orders; a member clears at one, so "
            "stress a day of one venue"
        )
    return found[0]


def most_failing(scenarios: list[Scenario]) -> int:
    """Return how many members fail together in a move of everything."""
    return max(scenario.fail for scenario in scenarios)


def show_outcomes(folder: Path, outcomes: list[tuple[Scenario, Outcome]]) -> None:
    """Print a row for each scenario."""
    from huiguan.cli.tables import show_table

    show_table(
        f"{folder} under {len(outcomes)} scenarios (CNY)",
        ("scenario", "what happens", "members that cannot pay", "that fail",
         "beyond their own money", "paid by layers", "left unpaid"),
        [
            (
                scenario.name,
                scenario.title,
                sum(1 for row in found.losses if row.beyond_fen),
                ", ".join(row.member for row in found.failing) or "none",
                show_fen(found.beyond_fen),
                show_fen(sum(row.used_fen for row in found.paid)),
                show_fen(found.left_fen),
            )
            for scenario, found in outcomes
        ],
        left=("scenario", "what happens", "that fail"),
        folds=("what happens",),
    )  # fmt: skip


def show_members(scenario: Scenario, found: Outcome) -> None:
    """Print a scenario member by member, then layer by layer."""
    from huiguan.cli.tables import show_table

    failing = {row.member for row in found.failing}
    show_table(
        f"{scenario.name}: {scenario.title} (CNY)",
        ("member", "own account owes", "clients owe", "clients' money with banks", "own money",
         "beyond it", "fails"),
        [
            (
                row.member,
                *map(show_fen, (row.house_fen, row.clients_fen, row.elsewhere_fen, row.own_fen)),
                show_fen(row.beyond_fen),
                "yes" if row.member in failing else "no",
            )
            for row in found.losses[:MOST_ROWS]
        ],
        left=("member",),
    )  # fmt: skip
    if len(found.losses) > MOST_ROWS:
        tell(f"{len(found.losses) - MOST_ROWS:,} more members owe less; --json names them all")
    show_table(
        "who pays for those who fail, in the order of the books (CNY)",
        ("layer", "there", "pays"),
        [(LAYERS[row.layer], show_fen(row.there_fen), show_fen(row.used_fen)) for row in found.paid]
        + [("left unpaid", "", show_fen(found.left_fen))],
        left=("layer",),
    )


def show_ends(ends: list[Exhausted], fail: int) -> None:
    """Print how far all prices may move before each layer ends."""
    from huiguan.cli.tables import show_table

    show_table(
        f"the smallest move of all prices that exhausts each layer, {fail} members failing",
        ("layer", "falling", "rising"),
        [(LAYERS[row.layer], share(row.down), share(row.up)) for row in ends],
        left=("layer",),
    )


def share(move: int | None) -> str:
    """Return a move in basis points as a percentage."""
    return "never" if move is None else show_rate(move * (PPB // 10_000))


def show_look_back(days: list[Closed]) -> None:
    """Print how the margins of each evening covered the day after it, by product."""
    from huiguan.cli.tables import show_table
    from huiguan.foundation.calendars import show_day

    counted, broken, breaches = looked_back(days)
    show_table(
        "margins looked back on: positions and the move of the day after",
        ("product", "position days", "not covered", "covered"),
        [
            (product, f"{count:,}", f"{broken[product]:,}", covered(count, broken[product]))
            for product, count in sorted(counted.items())
        ]
        + [
            (
                "all",
                f"{sum(counted.values()):,}",
                f"{sum(broken.values()):,}",
                covered(sum(counted.values()), sum(broken.values())),
            )
        ],
        left=("product",),
    )
    if breaches:
        show_table(
            "positions that lost more than their margin (CNY)",
            ("day", "trading code", "contract", "margin", "loss"),
            [
                (show_day(row.trading_day), row.trading_code, row.instrument,
                 show_fen(row.margin_fen), show_fen(row.loss_fen))
                for row in breaches[:MOST_ROWS]
            ],
            left=("day", "trading code", "contract"),
        )  # fmt: skip
        if len(breaches) > MOST_ROWS:
            tell(f"{len(breaches) - MOST_ROWS:,} more of them; --json names them all")


def looked_back(days: list[Closed]) -> tuple[dict[str, int], dict[str, int], list[Any]]:
    """Return positions and uncovered ones by product over all days, and the uncovered ones."""
    from huiguan.exchange.evening.stress.backtest import look_back

    counted: dict[str, int] = {}
    broken: dict[str, int] = {}
    breaches: list[Any] = []
    for before, after in pairwise(days):
        found = look_back(*before, *after)
        for row in found.coverage:
            counted[row.product] = counted.get(row.product, 0) + row.positions
            broken[row.product] = broken.get(row.product, 0) + row.breaches
        breaches += found.breaches
    return counted, broken, breaches


def covered(count: int, broken: int) -> str:
    """Return the share that was covered, cut to two decimals of a percent."""
    return show_rate((count - broken) * 10_000 // count * (PPB // 10_000)) if count else "0%"


def as_page(
    outcomes: list[tuple[Scenario, Outcome]], ends: list[Exhausted], days: list[Closed]
) -> bytes:
    """Return everything as JSON, money in fen."""
    import msgspec

    counted, broken, breaches = looked_back(days)
    page = {
        "trading_day": days[-1][0].settings.trading_day,
        "scenarios": [
            {
                "name": scenario.name,
                "losses": [
                    {**msgspec.structs.asdict(row), "beyond_fen": row.beyond_fen}
                    for row in found.losses
                ],
                "failing": [row.member for row in found.failing],
                "paid": [row._asdict() for row in found.paid],
                "left_fen": found.left_fen,
            }
            for scenario, found in outcomes
        ],
        "reverse": [row._asdict() for row in ends],
        "covered": [
            {"product": name, "positions": count, "breaches": broken[name]}
            for name, count in sorted(counted.items())
        ],
        "breaches": [row._asdict() for row in breaches],
    }
    return msgspec.json.encode(page)
