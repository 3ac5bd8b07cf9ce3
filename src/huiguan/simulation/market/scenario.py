"""What a person asks of a simulated market beyond its seed: how large, how wild, what hits it."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from huiguan.exchange.day.image import HEDGE_FLAGS
from huiguan.floor.files.day_orders import Reader
from huiguan.foundation.arithmetic import PPB, parse_rate, show_rate
from huiguan.foundation.calendars import parse_day, show_day
from huiguan.foundation.faults import InputFault
from huiguan.foundation.readers.values import decimal, whole_number
from huiguan.simulation.market.people import Role, least_codes, roles_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from huiguan.exchange.day.image import DayImage

MOST_HELD = 1 << 26  # positions that the crowd's own memory holds, 16 bytes each: a gigabyte
MOST_VOLATILITY = 5
THOUSAND = 1_000
SHOCK = re.compile(r"(?P<target>[^=@\s]+)=(?P<move>[^@]+)@(?:(?P<day>\S+)[ T])?(?P<clock>[0-9:.]+)")


class Shock(NamedTuple):
    """A jump of the price everybody has an opinion about, of a contract or a whole product."""

    target: str
    move_ppb: int  # of the previous settlement price, signed
    trading_day: int
    clock: str  # of the exchange


class Scenario(NamedTuple):
    """Everything that can be asked for; each default is the market as it is without asking."""

    codes: int | None = None  # trading codes; None: 80 for each product
    crowd: int | None = None  # clients who trade; None: all, 0: nobody sends anything
    volatility_milli: int = THOUSAND  # thousandths of the usual movement
    shocks: tuple[Shock, ...] = ()


class TimedShock(NamedTuple):
    """A shock on its day: when, which rows of the instruments, by how much."""

    time_ns: int
    instruments: np.ndarray  # bool
    move_ppb: int


USUAL = Scenario()


def read_scenario(
    first_day: int,
    codes: int | None = None,
    crowd: str = "all",
    volatility: str = "1",
    shocks: Sequence[str] = (),
) -> Scenario:
    """Return a scenario as a person writes it; ``InputFault`` says what cannot be read."""
    return Scenario(
        codes=codes,
        crowd=read_crowd(crowd),
        volatility_milli=read_volatility(volatility),
        shocks=tuple(read_shock(text, first_day) for text in shocks),
    )


def read_crowd(text: str) -> int | None:
    """Return how many clients trade: ``all`` (None), ``none`` (0) or a number."""
    if text in {"all", "none"}:
        return None if text == "all" else 0
    try:
        return whole_number(text, "crowd", 1)
    except InputFault:
        raise InputFault(
            f"--crowd {text!r} is no number of people; write one like 200, or all, or none"
        ) from None


def read_volatility(text: str) -> int:
    """Return thousandths of the usual movement: ``1.5`` is 1,500."""
    try:
        thousandths = decimal(text, "volatility", 0) * THOUSAND
    except InputFault:
        thousandths = Decimal(-1)
    if thousandths < 0 or thousandths != thousandths.to_integral_value():
        raise InputFault(
            f"--volatility {text!r} is no multiple of the usual movement; write one like 1.5, with"
            " at most three decimals"
        )
    if thousandths > MOST_VOLATILITY * THOUSAND:
        raise InputFault(
            f"--volatility {text} is above {MOST_VOLATILITY}, at which every price runs from one"
            " limit of the day to the other and nobody trades between them"
        )
    return int(thousandths)


def read_shock(text: str, first_day: int) -> Shock:
    """Return the shock of ``cu=-7%@10:30`` or ``cu2610=+3%@2026-08-24 21:30``.

    Without a day it is of ``first_day``; a named day is a trading day.
    """
    found = SHOCK.fullmatch(text)
    example = "write it like cu=-7%@10:30, or cu2610=3%@2026-08-24 21:30"
    if found is None:
        raise InputFault(f"--shock {text!r} is no contract or product, move and time; {example}")
    try:
        move = parse_rate(found["move"].removeprefix("+"), "the move")
        day = parse_day(found["day"]) if found["day"] else first_day
    except InputFault as fault:
        raise InputFault(f"--shock {text!r}: {fault}; {example}") from None
    if not 0 < abs(move) < PPB:
        raise InputFault(
            f"--shock {text!r}: a price moves by something, and by less than itself; {example}"
        )
    return Shock(found["target"], move, day, found["clock"])


def shocks_of_day(image: DayImage, scenario: Scenario) -> list[TimedShock]:
    """Return the shocks of an image's day in order of time.

    A contract, product or time that the day does not have is an ``InputFault``.
    """
    names, found = image.names, []
    for shock in scenario.shocks:
        if shock.trading_day != image.settings.trading_day:
            continue
        said = f"--shock {shock.target}={show_rate(shock.move_ppb)}@{shock.clock}"
        hit = np.zeros(len(image.instruments), bool)
        if shock.target in names.products:
            hit = image.instruments["product"] == names.products.index(shock.target)
        elif shock.target in names.instruments:
            hit[names.instruments.index(shock.target)] = True
        else:
            raise InputFault(
                f"{said}: neither product nor contract trades under that name on"
                f" {show_day(shock.trading_day)}; there are {', '.join(names.products)} and"
                f" contracts like {names.instruments[0]}"
            )
        try:
            time_ns = Reader(image).time_ns(shock.clock)
        except InputFault as fault:
            raise InputFault(f"{said}: {fault}") from None
        found.append(TimedShock(time_ns, hit, shock.move_ppb))
    return sorted(found, key=lambda shock: shock.time_ns)


def check_codes(scenario: Scenario, products: int) -> None:
    """Refuse fewer trading codes than make a market of so many products."""
    least = least_codes(products)
    if scenario.codes is not None and scenario.codes < least:
        raise InputFault(
            f"--codes {scenario.codes} are too few for {products} product(s): members, market"
            f" makers, hedgers and takers of each of them are {least} at least"
        )


def check_scenario(scenario: Scenario, image: DayImage, days: Sequence[int]) -> None:
    """Refuse what the first image, or the trading days to come, cannot hold."""
    codes, contracts = len(image.trading_codes), len(image.instruments)
    if codes * contracts * HEDGE_FLAGS > MOST_HELD:
        most = MOST_HELD // (contracts * HEDGE_FLAGS)
        raise InputFault(
            f"--codes {codes} in {contracts} contracts pass the memory the crowd has for what each"
            f" holds in each; take {most} at most, or fewer --products"
        )
    if scenario.crowd:
        roles, products = roles_in(image), len(image.names.products)
        ordinary = int(((roles == Role.HEDGER) | (roles == Role.TAKER)).sum())
        if not 2 * products <= scenario.crowd <= ordinary:
            raise InputFault(
                f"--crowd {scenario.crowd}: of {codes:,} trading codes {ordinary:,} are clients"
                f" that can trade, and each of {products} product(s) needs two; take"
                f" {2 * products} to {ordinary}, all or none"
            )
    for shock in scenario.shocks:
        if shock.trading_day not in days:
            raise InputFault(
                f"--shock {shock.target}: {show_day(shock.trading_day)} is not simulated; the"
                f" trading days are {show_day(days[0])} to {show_day(days[-1])}"
            )
    shocks_of_day(image, scenario)
