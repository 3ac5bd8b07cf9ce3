"""The homes of a city: a tree of 1,000,000 beds, its free places, and the close of a month.

Load: three CSV files of 125,000 flats, 250,000 rooms and 1,000,000 beds to an occupancy. Claims:
900,000 beds let for a year, checked and written one by one in the given order. Free places: beds
free over a year from a day on which nine of ten are let. Supply: the state of every place on a day.
Close: 1,000,000 leases of two payers, columns to charges; then every charge as a posting. The
yardstick of the same run is the worked function, one lease after the other, on 20,000 of them.
"""

import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np

from huiguan.foundation.arithmetic import show_fen
from huiguan.housing.dates import days_in_month, days_within_month
from huiguan.housing.supply.claims import Purpose
from huiguan.housing.supply.occupancy import claim_many, free_places
from huiguan.housing.supply.places import Kind, Level, Sex
from huiguan.housing.supply.reconcile import reconcile
from huiguan.housing.tenancy.month_close import LEASE, PART, REST, close_month, post_charges
from huiguan.housing.tenancy.rent import Share, split_rent
from huiguan.storage.homes.estate import read_estate

FLATS, ROOMS, BEDS = 125_000, 2, 4  # rooms of a flat, beds of a room
LEASES, PLAIN = 1_000_000, 20_000
START, MONTH = date(2026, 1, 1), date(2026, 6, 1)


def best_of(runs: int, job: Callable[[], object]) -> tuple[float, float]:
    """Return median and best seconds of a job."""
    seconds = []
    for _ in range(runs):
        start = time.perf_counter()
        job()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds), min(seconds)


def report(what: str, seconds: tuple[float, float], more: str = "") -> None:
    """Print a line of figures."""
    median, best = seconds
    print(f"{what:44} {median * 1000:10,.1f} ms (best {best * 1000:,.1f}){more}")


def write_city(folder: Path) -> None:
    """Write the three files of a city of a million beds."""
    flats = [f"F{number}" for number in range(FLATS)]
    rooms = [f"{flat}-{room}" for flat in flats for room in range(ROOMS)]
    with (folder / "places.csv").open("w") as file:
        file.write("place,parent,kind,area_m2,accessible,dormitory\nC,,community,0,no,yes\n")
        file.writelines(f"B{number},C,building,0,no,no\n" for number in range(1_000))
        file.writelines(f"{flat},B{at % 1_000},flat,60.00,no,no\n" for at, flat in enumerate(flats))
        file.writelines(f"{room},{room[:-2]},room,25.50,no,no\n" for room in rooms)
        file.writelines(f"{r}-{bed},{r},bed,0,no,no\n" for r in rooms for bed in range(BEDS))
    with (folder / "levels.csv").open("w") as file:
        file.write("flat,level,start\n")
        file.writelines(f"{flat},bed,{START}\n" for flat in flats)
    with (folder / "fits.csv").open("w") as file:
        file.write("room,beds,sex,shift,start\n")
        file.writelines(f"{room},{BEDS},any,any,{START}\n" for room in rooms)


def wanted_lets(beds: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return nine lets in ten beds, each of a year that starts on one of 150 days."""
    chosen = rng.permutation(beds)[: len(beds) * 9 // 10]
    lets = np.zeros((len(chosen), 6), np.int64)
    lets[:, 0] = chosen
    lets[:, 1] = START.toordinal() + rng.integers(0, 150, len(chosen))
    lets[:, 2] = lets[:, 1] + 365
    lets[:, 3], lets[:, 4], lets[:, 5] = Purpose.LET, np.arange(len(chosen)), Sex.ANY
    return lets


def places() -> None:
    """Measure the tree, the claims, the free places and the supply of a million beds."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_city(folder)
        report("load 1,000,000 beds from CSV", best_of(3, lambda: read_estate(folder)))
        city = read_estate(folder)
    lets = wanted_lets(np.flatnonzero(city.tree.rows["kind"] == Kind.BED), np.random.default_rng(1))
    claim_many(city, lets[:1])  # compiles
    seconds = best_of(1, lambda: claim_many(city, lets[1:]))
    report(
        "900,000 lets checked and written", seconds, f", {seconds[0] / len(lets) * 1e6:.2f} us each"
    )
    day = date(2026, 6, 1)
    found = free_places(city, Level.BED, day, date(2027, 6, 1))
    seconds = best_of(9, lambda: free_places(city, Level.BED, day, date(2027, 6, 1)))
    report(
        "free beds over a year", seconds, f", {len(found):,} found among {city.claim_count:,} rows"
    )
    reconcile(city, day)
    report("supply of every place on a day", best_of(5, lambda: reconcile(city, day)))


def month() -> None:
    """Measure the close of a month of a million leases."""
    rng = np.random.default_rng(2)
    leases = np.zeros(LEASES, LEASE)
    leases["rent_fen"] = rng.integers(50_000, 400_000, LEASES)
    leases["start"] = MONTH.toordinal() - rng.integers(-25, 300, LEASES)
    leases["end"] = leases["start"] + 365
    parts = np.zeros(2 * LEASES, PART)
    parts["part"] = np.arange(2 * LEASES)
    parts["payer"] = rng.integers(0, 300_000, 2 * LEASES)
    parts["lease"] = np.arange(2 * LEASES) // 2
    parts["amount_fen"] = np.where(np.arange(2 * LEASES) % 2, 25_000, REST)
    parts["rate_ppb"] = REST
    charges = close_month(leases, parts, MONTH)
    close = best_of(5, lambda: close_month(leases, parts, MONTH))
    report("close of a month, 1,000,000 leases", close, f", {len(charges):,} charges")
    half = charges["part"][: len(charges) // 2]
    report("resumed after half", best_of(3, lambda: close_month(leases, parts, MONTH, half)))
    names = [f"P{number}" for number in range(300_000)]
    seconds = best_of(1, lambda: sum(1 for _ in post_charges("op", MONTH, charges, names)))
    total = show_fen(int(charges["amount_fen"].sum()))
    report("every charge as a posting", seconds, f", {total} yuan")

    shares = (Share(payer="employer"), Share(payer="worker", amount_fen=25_000))
    rows = leases[:PLAIN].tolist()

    def plain() -> None:
        for rent, start, end in rows:
            days = days_within_month(date.fromordinal(start), date.fromordinal(end), MONTH)
            split_rent(rent, shares, days, days_in_month(MONTH))

    slow, _ = best_of(3, plain)
    ratio = slow / PLAIN / (close[0] / LEASES)
    print(f"columns against the worked function, per lease: {ratio:.0f} times as fast")


def main() -> None:
    """Run both parts."""
    places()
    month()
