"""Keys: shown once, kept as a hash, bound to people, days and addresses; and what they may send."""

from pathlib import Path

import pytest

from huiguan.floor.doors.rate import Rate
from huiguan.floor.doors.records import DoorReason
from huiguan.floor.hall.keys import KEYS_NAME, Key, KeyRight, Keys, token_of
from huiguan.foundation.faults import InputFault

DAY, HOME = "2026-08-21", "127.0.0.1"


def test_a_key_is_found_by_its_token_alone(tmp_path: Path) -> None:
    keys = Keys()
    text = keys.make("trader", "0001", codes=["000100000001"])
    keys.write(tmp_path)
    kept = (tmp_path / KEYS_NAME).read_text()
    assert text not in kept
    assert text.removeprefix("hg_") not in kept
    assert (tmp_path / KEYS_NAME).stat().st_mode & 0o077 == 0
    found = Keys.read(tmp_path).find(token_of(text), HOME, DAY)
    assert isinstance(found, Key)
    assert (found.name, found.member, found.codes) == ("trader", "0001", ["000100000001"])
    assert found.may(KeyRight.TRADE)
    assert not found.may(KeyRight.PACE)
    assert keys.find(bytes(32), HOME, DAY) is DoorReason.UNKNOWN_KEY


@pytest.mark.parametrize(
    ("terms", "reason"),
    [
        ({"withdrawn": True}, DoorReason.KEY_ENDED),
        ({"until": "2026-08-20"}, DoorReason.KEY_ENDED),
        ({"addresses": ["10.0.0.7"]}, DoorReason.WRONG_ADDRESS),
    ],
)
def test_a_key_that_opens_nothing_says_why(terms: dict[str, object], reason: DoorReason) -> None:
    keys = Keys()
    token = token_of(keys.make("trader", "0001", **terms))
    assert keys.find(token, HOME, DAY) is reason


def test_sessions_are_numbered_one_after_the_other() -> None:
    keys = Keys()
    keys.make("first", "0001")
    keys.make("far", "0001", session=40)
    keys.make("next", "0002")
    assert [(key.name, key.session) for key in keys] == [("first", 1), ("far", 40), ("next", 41)]
    with pytest.raises(InputFault, match="another name"):
        keys.make("far", "0001")


@pytest.mark.parametrize("text", ["", "hg_", "hg_12", "hg_" + "zz" * 32, "ab" * 33])
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(InputFault, match="copy it whole"):
        token_of(text)


def test_a_rate_lets_through_what_time_allows() -> None:
    """10 a second, 20 at once: after half a second 5 more."""
    rate = Rate(10, 20)
    assert rate.take(50, 100.0) == 20
    assert rate.take(1, 100.0) == 0
    assert rate.wait_ms() == 101
    assert rate.take(50, 100.5) == 5
    assert rate.take(50, 1000.0) == 20
