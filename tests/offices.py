"""The invented office, from its tables to a round that is given out and a folder of leases."""

from pathlib import Path

from typer.testing import CliRunner

from huiguan.cli import whole_app

RENTS = (
    "home,start,rent,market\nMQ-01.small,2026-01-01,2700,3000\nMQ-01.large,2026-01-01,3600,4000\n"
    "MQ-05.bed-f,2026-01-01,500,600\nMQ-05.bed-m,2026-01-01,500,600\n"
)


def run(*words: object) -> str:
    """Run a command that must end well; return what it shows."""
    result = CliRunner().invoke(whole_app(), list(map(str, words)), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def give_out(base: Path) -> Path:
    """Write an office whose round is drawn and allocated, with leases to begin; return it."""
    office = base / "office"
    run("homes", "template", office, "--example")
    estate, made, round_ = office / "estate", office / "input", office / "round"
    taken = ("homes", "intake", office / "people.csv", "--on", "2026-09-01", "--out", made)
    run(*taken, "--estate", estate)
    run("round", "freeze", round_, "--from", made, "--estate", estate)
    secrets = (
        "housing-office=an example, so everybody knows it",
        "notary=another example",
    )
    reveals = [word for secret in secrets for word in ("--reveal", secret)]
    run("round", "draw", round_, *reveals, "--dice", "314152")
    run("round", "allocate", round_)
    run("lease", "template", office / "leases")
    (office / "leases" / "rents.csv").write_text(RENTS, "utf-8")
    return office


def where(office: Path) -> tuple[object, ...]:
    """Return the options that name the folders of an office."""
    names = {"--round": "round", "--register": "input", "--estate": "estate"}
    return tuple(word for option, name in names.items() for word in (option, office / name))
