"""Run every benchmark of this folder: ``python -m benchmarks [NAME ...]``."""

import importlib
import pkgutil
import sys
import time
from pathlib import Path


def main() -> None:
    """Run the ``main`` of every module here that has one, or of those named."""
    names = sorted(module.name for module in pkgutil.iter_modules([str(Path(__file__).parent)]))
    for name in sys.argv[1:] or [name for name in names if name != "__main__"]:
        module = importlib.import_module(f"benchmarks.{name}")
        if not hasattr(module, "main"):
            continue
        summary = (module.__doc__ or name).splitlines()[0]
        print(f"\n== {name}: {summary}", flush=True)
        start = time.perf_counter()
        module.main()
        print(f"-- {name}: {time.perf_counter() - start:.0f} s", flush=True)


if __name__ == "__main__":
    main()
