"""Options of the whole test-suite."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let ``make torture`` ask for the long runs of tests/recovery."""
    parser.addoption(
        "--torture",
        action="store_true",
        help="tests/recovery at full size: 1 MiB cut at every byte, 300 kills; takes long",
    )
