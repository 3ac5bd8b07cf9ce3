"""The shipped book reads, every row is cited, and what is not understood is refused."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from huiguan.foundation.faults import InputFault
from huiguan.housing.rules import required
from huiguan.storage.homes.rules import (
    BOOKS,
    all_rows,
    profile_in_force,
    read_home_rules,
    read_profiles,
)
from huiguan.storage.toml import read_sources

ON = date(2026, 7, 1)


def test_limits_of_shanghai_on_a_day() -> None:
    rules = read_home_rules("shanghai")
    assert required(rules.rent_share, "arh", ON, "share").rate_ppb == 900_000_000
    assert required(rules.rent_increase, "bed", ON, "increase").rate_ppb == 50_000_000
    term = required(rules.term, "arh", ON, "term")
    assert (term.least_months, term.most_months) == (12, 36)
    assert required(rules.total_term, "public_rental", ON, "total").months == 72
    assert required(rules.space, "arh", ON, "space").least_area_dm2 == 500
    with pytest.raises(InputFault, match="no total for arh"):
        required(rules.total_term, "arh", ON, "total")


def test_recalled_rows_are_shown_as_unconfirmed() -> None:
    rules = read_home_rules("shanghai")
    statuses = {(table, row.status) for table, row in all_rows(rules) if row.source == "recalled"}
    assert ("deposit", "unconfirmed") in statuses
    assert {status for _, status in statuses} == {"unconfirmed"}


def test_every_source_is_used() -> None:
    used = {row.source for _, row in all_rows(read_home_rules("shanghai"))}
    used |= {row.source for row in read_profiles()}
    assert used == set(read_sources(BOOKS / "sources.toml"))


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('rate = "90%"', "rate = 0.9", "rate: 0.9 is not exact; write it in quotes"),
        ('rate = "90%"', 'rate = "90.00000001%"', "would not be exact"),
        ('rate = "90%"', "rate_ppb = 900000000", "unknown key 'rate_ppb'; the keys are .* rate,"),
        ('rate = "90%"', 'rate = "90%"\nsize = 3', "unknown key 'size'"),
        ('rate = "90%"', "", "there is no key 'rate'"),
        ('source = "S1"', 'source = "S99"', "'S99' is not in sources.toml"),
        ('source = "S1"', 'source = "recalled"', "confirmed needs a source with an address"),
        ('status = "confirmed"', 'status = "sure"', "Invalid enum value"),
        ('status = "confirmed"', 'status = "confirmed"\nnote = "assumed"', "cannot be confirmed"),
        ('article = "', 'article = ""\nnote = "', "article is empty"),
        ("effective = 2021-11-23", 'effective = "2021-11-23"', "effective: must be a date like"),
        ("effective = 2021-11-23", "effective = 2021-11-23T08:00:00", "effective: must be a date"),
        ("[[rent_share]]", "[[rent_shares]]", "unknown table 'rent_shares'"),
        ("[[rent_share]]", "[[rent_share", "is not TOML"),
        ("[[rent_increase]]", "[[rent_share]]", "another row says something else from that day"),
    ],
)
def test_what_is_not_understood_is_refused(tmp_path: Path, old: str, new: str, words: str) -> None:
    shutil.copytree(BOOKS, tmp_path / "homes")
    path = tmp_path / "homes/shanghai/rent.toml"
    path.write_text(path.read_text("utf-8").replace(old, new, 1), "utf-8")
    with pytest.raises(InputFault, match=words):
        read_home_rules("shanghai", tmp_path / "homes")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('source = "design"', 'source = "S99"', "'S99' is not in sources.toml"),
        ('article = "', 'article = ""\nnote = "', "article is empty"),
        ('status = "assumed"', 'status = "confirmed"', "confirmed needs a source with an address"),
        ('status = "assumed"', 'status = "sure"', "Invalid enum value"),
        ("[[profile]]", "[[profiles]]", "unknown table 'profiles'"),
        ('public = ["app', 'publik = ["app', "unknown key 'publik'"),
    ],
)
def test_a_profile_is_cited_like_any_row(tmp_path: Path, old: str, new: str, words: str) -> None:
    shutil.copytree(BOOKS, tmp_path / "homes")
    path = tmp_path / "homes/publication.toml"
    path.write_text(path.read_text("utf-8").replace(old, new, 1), "utf-8")
    with pytest.raises(InputFault, match=words):
        profile_in_force("standard", "2026-09-01", tmp_path / "homes")


def test_what_a_round_freezes_of_a_profile_is_what_it_always_was() -> None:
    profile = profile_in_force("standard", "2026-09-01")
    assert profile.source == ("decisions, Folders: Round folder; numbers and coded tiers, no names")
    assert profile.status == "assumed"
    with pytest.raises(InputFault, match="no publication profile 'standard' is in force on 2025"):
        profile_in_force("standard", "2025-12-31")


def test_an_unknown_city_names_the_known_ones() -> None:
    with pytest.raises(InputFault, match="there are: shanghai"):
        read_home_rules("atlantis")
