"""Fixtures of the recovery tests."""

import pytest


@pytest.fixture
def torture(request: pytest.FixtureRequest) -> bool:
    """Whether this run is the long one (``make torture``)."""
    return bool(request.config.getoption("--torture"))
