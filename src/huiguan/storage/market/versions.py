"""Earlier versions of a day: ``versions/close-N`` keeps a result, ``versions/opening-N`` a morning.

The newest version stands in the folder itself; its number is one more than there are kept ones.
"""

from pathlib import Path

from huiguan.foundation.faults import CheckFault

RESULTS, MORNINGS = "close", "opening"
HOLDS = {RESULTS: "result", MORNINGS: "image"}  # the folder without which it is no version


def kept_place(kind: str, number: int) -> str:
    """Return the folder that keeps version ``number``, as a name in the day folder."""
    return f"versions/{kind}-{number}"


def kept_versions(root: Path, kind: str) -> list[Path]:
    """Return the folders of the earlier versions, the first one first.

    One that is missing between others is a ``CheckFault``: nothing that was kept goes.
    """
    names = {path.parent.name for path in root.glob(f"versions/{kind}-*/{HOLDS[kind]}")}
    wanted = [f"{kind}-{number}" for number in range(1, len(names) + 1)]
    for name in wanted:
        if name not in names:
            raise CheckFault(f"{root / 'versions' / name} is missing, which was kept; restore it")
    return [root / "versions" / name for name in wanted]
