"""Recorded data with known outcomes: read in place, never copied; absent, the test skips."""

import os
from pathlib import Path

import pytest


def recorded(name: str) -> Path:
    """Return the path of a recorded file or folder, or skip the test with a clear line."""
    beside = Path(__file__).parents[1].parent / "shared" / "data"
    base = Path(os.environ.get("HUIGUAN_DATA", beside))
    path = base / name
    if not path.exists():
        pytest.skip(f"recorded data {name} are absent; set HUIGUAN_DATA to their folder")
    return path
