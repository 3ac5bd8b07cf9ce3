"""Trading days of a whole hall at speed ``max``: seconds a day; a second run makes the same days.

All products, 2,000 trading codes, nights, the crowd through the binary door; each day is cleared
and the next one opened, and at the end each is verified. ``python -m benchmarks.days 20 [FOLDER]``
runs twenty days twice; how much the crowd sends is in the hall's ``crowd.json`` (frames, commands).
"""

import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from huiguan.days.verify import verify_folder
from huiguan.storage.market.rulebooks.load import load_books

RESULT = "result/result.json"


def run_days(folder: Path, days: int) -> list[Path]:
    """Run a hall until so many days are over and cleared; return their folders."""
    call = [sys.executable, "-m", "huiguan", "up", "--data", str(folder), "--speed", "max"]
    begun = time.perf_counter()
    hall = subprocess.Popen([*call, "--port", "0", "--http-port", "0", "--office", "none"])
    over: list[Path] = []
    try:
        while len(over) < days:
            found = sorted((folder / "days").glob(f"*/{RESULT}"))
            if len(found) > len(over):
                over, now = found, time.perf_counter()
                print(f"   {over[-1].parents[1].name}: {now - begun:.0f} s", flush=True)
                begun = now
            if hall.poll() is not None:
                raise SystemExit("the hall ended; what it said stands above")
            time.sleep(0.2)
    finally:
        hall.send_signal(signal.SIGINT)
        hall.wait()
    return [path.parents[1] for path in over[:days]]


def main(days: int = 1, folder: Path | None = None) -> None:
    """Run days twice, verify each, compare their hashes."""
    with tempfile.TemporaryDirectory() as made:
        base = folder or Path(made)
        first, second = (run_days(base / name, days) for name in ("first", "second"))
        books = load_books()
        for one, other in zip(first, second, strict=True):
            found = [verify_folder(root, books).hashes for root in (one, other)]
            if one.name != other.name or found[0] is None or found[0] != found[1]:
                raise SystemExit(f"{other} is another day than {one}")
            print(f"   {one.name}: {found[0].sequence:,} commands, day hash {found[0].day.hex()}")


if __name__ == "__main__":
    main(int(sys.argv[1]), *map(Path, sys.argv[2:3]))
