"""Versions of a close and of a morning: nothing is replaced in silence, what follows says so."""

from decimal import Decimal
from pathlib import Path
from shutil import copytree, rmtree

import pytest

from huiguan.days.cleared import read_closed
from huiguan.days.close import close_folder
from huiguan.days.open import open_next
from huiguan.days.reconcile import reconcile_folders
from huiguan.days.verify import Origin, verify_folder
from huiguan.days.versions import result_versions, standing
from huiguan.exchange.day.correction import Correction, Decision
from huiguan.exchange.day.instructions.every import AnyInstruction
from huiguan.exchange.day.instructions.money import MoveClientMoney
from huiguan.exchange.day.instructions.prices import DecideSettlement
from huiguan.exchange.day.result import result_digest
from huiguan.exchange.messages import Side
from huiguan.foundation.faults import CheckFault, InputFault
from huiguan.storage.market.day_folder import write_manifest
from huiguan.storage.market.opening import read_opening
from tests.markets import books, market_image
from tests.trading_days import bytes_of, order, run_day

WHY = Decision("a wrong index", "C")


def decide(price: str, reference: str = "2026-17") -> DecideSettlement:
    """Return the decision of cu2610's settlement price; the tick is 10."""
    return DecideSettlement(
        maker="A", checker="B", reference=reference, instrument="cu2610", price=Decimal(price)
    )


def money(amount_fen: int, reference: str = "2026-30") -> MoveClientMoney:
    return MoveClientMoney(
        maker="A",
        checker="B",
        reference=reference,
        trading_code="000000000002",
        amount_fen=amount_fen,
    )


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("days") / "20260821"
    run_day(
        root,
        market_image(),
        [order(0, 1, Side.BUY, 10_686, 3), order(1, 1, Side.SELL, 10_686, 3)],
    )
    return root


@pytest.fixture(scope="module")
def closed(run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a day closed under one decision, beside the next one, which is open."""
    root = tmp_path_factory.mktemp("closed") / "20260821"
    copytree(run, root)
    close_folder(root, books(), [decide("106900")])
    open_next(root, books(), [money(500)])
    return root


@pytest.fixture
def day(closed: Path, tmp_path: Path) -> Path:
    copytree(closed.parent, tmp_path / "market")
    return tmp_path / "market" / "20260821"


def settlement(root: Path) -> int:
    image, result, _ = read_closed(root)
    return int(result.contracts["settlement_units"][image.names.instruments.index("cu2610")])


def test_a_closed_day_is_not_closed_again(day: Path) -> None:
    before = bytes_of(day.parent)
    for instructions in (None, [decide("106900")], [decide("106910")]):
        with pytest.raises(InputFault, match="closed already, and 20260824 is open; nothing was"):
            close_folder(day, books(), instructions)
    assert bytes_of(day.parent) == before


def test_a_correction_keeps_the_version_before(day: Path) -> None:
    before = bytes_of(day)
    orders = [decide("106950", "2026-21")]
    close_folder(day, books(), orders, decision=WHY)
    assert settlement(day) == 106_950
    after = bytes_of(day)
    kept = {n: data for n, data in before.items() if n.startswith("result/")}
    assert {
        f"versions/close-1/{name}": data for name, data in kept.items()
    }.items() <= after.items()
    first, second = result_versions(day)
    assert first.instructions == [decide("106900")]
    assert (first.correction, second.instructions) == (None, orders)
    assert second.correction is not None
    assert (second.correction.version, second.correction.reason) == (2, "a wrong index")
    assert second.correction.decided_by == "C"
    assert second.correction.replaces == result_digest(first.result).hex()
    found = verify_folder(day, books())
    assert [(row.number, row.unproved) for row in found.versions] == [(1, ""), (2, "")]
    close_folder(day, books(), [decide("106960", "2026-22")], decision=Decision("again", "D"))
    assert [v.correction and v.correction.version for v in result_versions(day)] == [None, 2, 3]
    assert verify_folder(day, books()).versions[2].correction is not None


def test_what_follows_stands_on_an_older_version_until_done_again(day: Path) -> None:
    following = day.parent / "20260824"
    assert standing(following) is None
    close_folder(day, books(), [decide("106950", "2026-21")], decision=WHY)
    found = standing(following)
    assert found is not None
    assert (found.day, found.made_from, found.version) == (following, day, 1)
    assert found.newest.correction is not None
    assert found.newest.correction.reason == "a wrong index"
    assert reconcile_folders(day, following, books())
    assert standing(day) is None
    with pytest.raises(InputFault, match="is open already, with another morning"):
        open_next(day, books(), [money(500)])
    before = bytes_of(following)
    opened = open_next(day, books(), [money(500)], decision=WHY)
    assert opened.written
    assert standing(following) is None
    assert reconcile_folders(day, following, books()) == []
    after = bytes_of(following)
    for name in ("image/image.json", "image/lots.npy", "opening.json"):
        assert after[f"versions/opening-1/{name}"] == before[name]
    correction = read_opening(following).correction
    assert isinstance(correction, Correction)
    assert correction.version == 2
    assert not open_next(day, books(), [money(500)]).written
    assert bytes_of(following) == after


def test_a_day_two_later_stands_on_it_too(day: Path) -> None:
    following = day.parent / "20260824"
    run_day(following, open_next(day, books(), [money(500)]).image, [])
    close_folder(following, books())
    third = open_next(following, books()).root
    assert standing(third) is None
    close_folder(day, books(), [decide("106950", "2026-21")], decision=WHY)
    found = standing(third)
    assert found is not None
    assert (found.day.name, found.made_from.name) == ("20260824", "20260821")
    verified = verify_folder(third, books())
    assert verified.standing is not None
    assert verified.hashes is None  # its trading has not begun
    assert (verified.origin, verified.versions) == (Origin(following, 1), [])
    with pytest.raises(InputFault, match="its day has begun and stays as it is"):
        open_next(day, books(), [money(500)], decision=WHY)


@pytest.mark.parametrize(
    ("instructions", "words"),
    [
        (None, r"was closed under instructions \(2026-17\); a correction gives all"),
        ([decide("106910")], "'2026-17' was given before, in version 1 of the close of 20260821"),
        ([decide("106910", "2026-30")], "'2026-30' was given before, in the opening of 20260824"),
        ([decide("106900")], "comes to the same result; there is nothing to correct"),
    ],
)
def test_corrections_that_are_none(
    day: Path, instructions: list[AnyInstruction] | None, words: str
) -> None:
    before = bytes_of(day.parent)
    with pytest.raises(InputFault, match=words):
        close_folder(day, books(), instructions, decision=WHY)
    assert bytes_of(day.parent) == before


def test_a_reference_of_a_kept_version_names_its_decision(day: Path) -> None:
    close_folder(day, books(), [], decision=WHY)
    with pytest.raises(InputFault, match="'2026-17' was given before, in version 1"):
        close_folder(day, books(), [decide("106910")], decision=WHY)
    with pytest.raises(InputFault, match="'2026-17' was given before, in version 1"):
        open_next(day, books(), [money(500, "2026-17")], decision=WHY)
    with pytest.raises(InputFault, match="'2026-30' was given before, in the opening of 20260824"):
        open_next(day, books(), [money(501)], decision=WHY)


def test_mornings_that_are_no_correction(day: Path) -> None:
    with pytest.raises(InputFault, match="comes to the same morning; there is nothing to correct"):
        open_next(day, books(), [money(500)], decision=WHY)
    with pytest.raises(InputFault, match=r"was opened under instructions \(2026-30\)"):
        open_next(day, books(), decision=WHY)
    with pytest.raises(InputFault, match="is not open; there is nothing to correct"):
        open_next(day, books(), decision=WHY, into=day.parent / "elsewhere")
    assert not (day.parent / "elsewhere").exists()
    open_next(day, books(), [], decision=WHY)  # said plainly: nothing was paid in
    assert read_opening(day.parent / "20260824").instructions == [decide("106900")]


def test_an_open_day_has_nothing_to_correct(run: Path, tmp_path: Path) -> None:
    root = tmp_path / "20260821"
    copytree(run, root)
    with pytest.raises(InputFault, match="is not closed, so there is nothing to correct"):
        close_folder(root, books(), decision=WHY)


@pytest.mark.parametrize(("reason", "by"), [("", "C"), (" ", "C"), ("why", ""), ("why", " ")])
def test_a_correction_has_a_reason_and_somebody_who_decides(reason: str, by: str) -> None:
    with pytest.raises(InputFault, match="needs a reason and who decided it"):
        Decision(reason, by)


def test_what_was_kept_does_not_go(day: Path) -> None:
    close_folder(day, books(), [decide("106950", "2026-21")], decision=WHY)
    close_folder(day, books(), [decide("106960", "2026-22")], decision=WHY)
    other = day.parent / "other"
    copytree(day, other)
    rmtree(other / "versions" / "close-1")
    write_manifest(other)
    with pytest.raises(CheckFault, match="close-1 is missing, which was kept"):
        verify_folder(other, books())
    rmtree(other / "versions")
    write_manifest(other)
    with pytest.raises(CheckFault, match="holds a correction and not what it took the place of"):
        verify_folder(other, books())
    rmtree(day / "result")
    write_manifest(day)
    with pytest.raises(CheckFault, match="kept an earlier result and has none"):
        verify_folder(day, books())
