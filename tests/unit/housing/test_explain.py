"""Explanations come from the stored round and are right for everybody in it."""

from pathlib import Path

import msgspec
import numpy as np
import pytest

from huiguan.foundation.faults import InputFault
from huiguan.housing.allocation.deferred import match_market
from huiguan.housing.check.whole import CheckedOutcome
from huiguan.housing.explain import Story, explain
from huiguan.housing.round.frozen import FrozenRound, build_market, lottery_rows
from huiguan.housing.told import tell
from huiguan.rounds.allocate import allocate_round
from huiguan.rounds.draw import draw_round
from huiguan.rounds.freeze import freeze
from huiguan.storage.homes.round_folder import read_frozen, read_outcome
from tests.rounds import SIGNATURE, write_round

Read = tuple[FrozenRound, CheckedOutcome]


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Read:
    base = tmp_path_factory.mktemp("explain")
    source = write_round(base / "in", applicants=200, programmes=9, choices=5, seed=3)
    freeze(source, base / "out", None)
    draw_round(base / "out", SIGNATURE, {}, "")
    allocate_round(base / "out")
    frozen = read_frozen(base / "out")
    return frozen, read_outcome(base / "out", frozen)


def result_with_one_more(read: Read, row: int, programme: str) -> str:
    """Run the whole round again from its rows, with one more home built."""
    frozen, outcome = read
    programmes = [
        msgspec.structs.replace(p, stock=p.stock + 1, capacity=p.capacity + 1)
        if p.programme == programme
        else p
        for p in frozen.programmes
    ]
    more = frozen._replace(programmes=programmes)
    rank = np.zeros(frozen.numbers.size, dtype=np.int32)
    rank[np.searchsorted(frozen.numbers, outcome.ticket_number)] = outcome.ticket_rank
    rows = lottery_rows(more, rank)
    market = build_market(more, rows)
    match = match_market(market)
    at = int(np.flatnonzero(rows == row)[0])
    place = int(match.choice[at])
    return programmes[market.edges["programme"][at, place]].programme if place >= 0 else ""


def check_choices(read: Read, row: int, story: Story) -> None:
    frozen, _ = read
    got = [choice for choice in story.choices if choice.verdict == "got"]
    assert [choice.programme for choice in got] == ([story.home] if story.home else [])
    for choice in story.choices:
        homes = next(p for p in frozen.programmes if p.programme == choice.programme)
        fits = homes.size_least <= frozen.size[row] <= homes.size_most
        mine = (choice.tier, story.place)
        if choice.verdict == "size":
            assert not fits
        if choice.verdict == "sex":
            assert homes.sex != "any"
        if choice.verdict == "behind":
            assert (choice.last_tier, choice.last_place) < mine
        if choice.verdict == "got" and choice.last_place > 0:
            assert (choice.last_tier, choice.last_place) >= mine
        if choice.verdict in ("behind", "full"):
            now = result_with_one_more(read, row, choice.programme)
            assert choice.one_more == (now if now != story.home else "")


def test_one_more_home_may_take_a_seat_from_everybody(tmp_path: Path) -> None:
    """Of 5 homes two reserves of 20 % rounded up have 1 each and 3 are open; of 6, 2 each and 2."""
    source = write_round(tmp_path / "in", 120, 5, choices=4, seed=8, capacity=5)
    rules = source / "rules/policies.toml"
    rules.write_text(rules.read_text().replace("minimum = 1", 'rounding = "up"'))
    freeze(source, tmp_path / "out", None)
    draw_round(tmp_path / "out", SIGNATURE, {}, "")
    allocate_round(tmp_path / "out")
    frozen = read_frozen(tmp_path / "out")
    other = frozen, read_outcome(tmp_path / "out", frozen)
    for row in np.flatnonzero(frozen.state == 0).tolist():
        check_choices(other, row, explain(*other, frozen.numbers[row].decode()))


def test_every_story_agrees_with_a_run_of_the_changed_round(read: Read) -> None:
    frozen, outcome = read
    seen = set()
    for row, number in enumerate(frozen.numbers.tolist()):
        story = explain(frozen, outcome, number.decode())
        if frozen.state[row] != 0:
            assert story.state == "refused"
            continue
        check_choices(read, row, story)
        seen |= {choice.verdict for choice in story.choices}
        seen |= {"more" for choice in story.choices if choice.one_more}
    assert seen == {"got", "behind", "full", "size", "sex", "later", "below-home", "more"}


def test_the_story_is_told_completely_in_both_languages(read: Read) -> None:
    frozen, outcome = read
    for number in frozen.numbers[:40].tolist():
        story = explain(frozen, outcome, number.decode())
        english, chinese = tell(story, "en"), tell(story, "zh")
        assert len(english) == len(chinese)
        for line, other in zip(english, chinese, strict=True):
            assert line != other
            assert "{" not in line + other
        assert all(line.isascii() for line in english)
    with pytest.raises(InputFault, match="zh or en"):
        tell(story, "fr")


@pytest.mark.parametrize(
    ("number", "message"),
    [("000000035", "check character"), ("999999999", "did not apply"), ("x", "check character")],
)
def test_a_wrong_number_is_told_so(read: Read, number: str, message: str) -> None:
    with pytest.raises(InputFault, match=message):
        explain(*read, number)
