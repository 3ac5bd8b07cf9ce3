"""A torn write: each sector of the last frame old, new, zero or random."""

import numpy as np
import pytest

from huiguan.storage.journal.format import JournalFault
from tests.recovery.journals import make, scan

SECTOR = 512
MADE = make([9, 20, 31], 1 << 16)
DATA = MADE.segments[0]
_, START, END = MADE.places[-1]
SECTORS = [
    (max(START, a), min(END, a + SECTOR)) for a in range(START - START % SECTOR, END, SECTOR)
]


def sector(kind: str, a: int, b: int, chance: np.random.Generator) -> bytes:
    """Return what the disk holds from ``a`` to ``b``; before the write there were zeros."""
    return {"new": DATA[a:b], "random": chance.bytes(b - a)}.get(kind, bytes(b - a))


def check(kinds: list[str], chance: np.random.Generator) -> None:
    """Expect the frame if every sector is new; else a cut, or a refusal by the witness."""
    parts = [sector(k, a, b, chance) for k, (a, b) in zip(kinds, SECTORS, strict=True)]
    segments = [DATA[:START] + b"".join(parts) + bytes(1024)]
    whole = 3 if set(kinds) == {"new"} else 2
    reader, commands = scan(segments, MADE.witness(2))
    assert commands == MADE.commands(whole)
    if whole < 3:
        assert reader.end.offset == START
        with pytest.raises(JournalFault, match="was acknowledged"):
            scan(segments, MADE.witness(3))


@pytest.mark.parametrize("kind", ["zero", "random"])
def test_one_sector_did_not_arrive(kind: str) -> None:
    chance = np.random.default_rng(1)
    for missing in range(len(SECTORS)):
        check([kind if i == missing else "new" for i in range(len(SECTORS))], chance)


@pytest.mark.parametrize("kind", ["zero", "random"])
def test_only_the_first_or_the_last_sectors_arrived(kind: str) -> None:
    chance = np.random.default_rng(2)
    for arrived in range(len(SECTORS) + 1):
        check(["new"] * arrived + [kind] * (len(SECTORS) - arrived), chance)
        check([kind] * (len(SECTORS) - arrived) + ["new"] * arrived, chance)


def test_any_mixture() -> None:
    chance = np.random.default_rng(3)
    for _ in range(500):
        check(list(chance.choice(["new", "zero", "random"], len(SECTORS))), chance)
