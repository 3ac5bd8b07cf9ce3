"""Options of the whole test-suite."""

import os
import signal
import sys
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

# A slow machine is no fault, and a run must not depend on chance: the long run seeks new examples.
settings.register_profile(
    "house", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
os.environ["LC_ALL"] = "C.UTF-8"  # commands speak the language of the environment
settings.register_profile("torture", settings.get_profile("house"), derandomize=False)


def pytest_configure(config: pytest.Config) -> None:
    """Choose how hypothesis seeks."""
    settings.load_profile("torture" if config.getoption("--torture") else "house")


@pytest.fixture(autouse=True)
def own_process() -> Iterator[None]:
    """Let a test that ran a command in this process leave neither its language nor its end by pipe.

    A worker that writes to a closed socket would otherwise end without a word.
    """
    yield
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    if language := sys.modules.get("huiguan.cli.language"):
        language.speak("en")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let ``make torture`` ask for the long runs."""
    parser.addoption(
        "--torture",
        action="store_true",
        help="at full size: 1 MiB cut at every byte, 300 kills, every point; takes long",
    )


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what tests measured (``record_property``) below their results."""
    for report in terminalreporter.getreports("passed"):
        for name, value in report.user_properties:
            terminalreporter.write_sep("-", name)
            terminalreporter.write_line(str(value))


def pytest_make_parametrize_id(val: object) -> str | None:
    """Name a function in a table by its name: an address would differ from process to process."""
    return getattr(val, "__name__", None) if callable(val) else None


@pytest.fixture
def torture(request: pytest.FixtureRequest) -> bool:
    """Whether this run is the long one (``make torture``)."""
    return bool(request.config.getoption("--torture"))
