"""Draws that other cities have published, replayed from their recorded files."""

import csv
import gzip
import hashlib
import json
from pathlib import Path

import pytest

from huiguan.cli.homes.draw import Method, audit, read_applicants
from huiguan.housing.audits.buckets import bucket_faults, bucket_gaps
from huiguan.housing.audits.r_sample import weighted_licence_draw
from tests.recorded import recorded


def test_san_diego_2022_in_the_order_of_r() -> None:
    """1,279 applicants, 1,081 licences, seed 1671165508: equal to R 4.2.2, name by name.

    The hash is of the 1,279 names, winners in order and then the waiting list, one to a line, as
    R's own ``sample`` and ``runif`` gave them.
    """
    path = recorded("housing_lottery") / "san_diego_tier4_applicants.csv.gz"
    rows = read_applicants(path, "", "weight")
    winners, waiting = weighted_licence_draw(1671165508, rows, 1081)
    assert (len(rows), len(winners), len(waiting)) == (1279, 1081, 198)
    names = "".join(f"{name}\n" for name in winners + waiting)
    assert hashlib.sha256(names.encode()).hexdigest() == (
        "80bb24d39c705106598e2d8b201ac8720d1c3f6790f219f67437d1cb435eb207"
    )


def test_the_command_writes_winners_then_the_waiting_list(tmp_path: Path) -> None:
    path = recorded("housing_lottery") / "san_diego_tier4_applicants.csv.gz"
    out = tmp_path / "out.csv"
    audit(path, Method.R_SAMPLE, out=out, seed=1671165508, places=1081)
    rows = list(csv.DictReader(out.read_text().splitlines()))
    assert [row["win"] for row in rows] == ["Yes"] * 1081 + ["No"] * 198
    assert [row["waitlist_place"] for row in rows[1081:]] == [str(n) for n in range(1, 199)]


@pytest.mark.parametrize("swap", [False, True])
def test_san_francisco_lists_keep_the_order_of_the_lottery(swap: bool) -> None:
    path = recorded("housing_lottery") / "dahlia_staging_lottery_buckets.json.gz"
    data = json.loads(gzip.decompress(path.read_bytes()))
    lists = {
        bucket["preferenceName"]: [
            (row["preferenceRank"], row["lotteryRank"], row["lotteryNumber"])
            for row in bucket["preferenceResults"]
        ]
        for bucket in data["lotteryBuckets"]
    }
    assert len(lists) == 9
    if swap:
        first, second, *rest = lists["Live or Work in San Francisco Preference"]
        lists["Live or Work in San Francisco Preference"] = [
            (first[0], *second[1:]),
            (second[0], *first[1:]),
            *rest,
        ]
    assert bool(bucket_faults(lists)) == swap


def test_san_francisco_lists_are_not_whole() -> None:
    """The recorded file prints 3, 2 and 4 applications beside 2, 1 and 3 rows; two lists lack 1."""
    path = recorded("housing_lottery") / "dahlia_staging_lottery_buckets.json.gz"
    buckets = json.loads(gzip.decompress(path.read_bytes()))["lotteryBuckets"]
    lists = {
        bucket["preferenceName"]: [
            (row["preferenceRank"], row["lotteryRank"], row["lotteryNumber"])
            for row in bucket["preferenceResults"]
        ]
        for bucket in buckets
    }
    totals = {bucket["preferenceName"]: bucket["totalSubmittedApps"] for bucket in buckets}
    gaps = bucket_gaps(lists, totals)
    assert [gap.split("(")[-1].split("): ")[-1] for gap in gaps] == [
        "2 ranked, the printed total is 3",
        "1 ranked, the printed total is 2",
        "3 ranked, the printed total is 4",
        "rank 1 has no row",
        "Live or Work in San Francisco Preference: rank 1 has no row",
    ]
