"""``huiguan office register``: lists of members, codes, groups, programmes, quotas; in and out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from huiguan.cli.hall.office import know_market, office, open_office, signed_in
from huiguan.cli.hall.steer import HALL, Data
from huiguan.cli.language import tell
from huiguan.cli.tables import show_table
from huiguan.foundation.faults import CheckFault, InputFault

register = typer.Typer(
    no_args_is_help=True,
    help="Lists of the register, as CSV: members, seats, codes, groups, programmes, quotas.",
)
office.add_typer(register, name="register")
List = Annotated[str, typer.Argument(metavar="LIST", help="members, seats, codes, ...")]


@register.command("export")
def export_list(
    name: List,
    out: Annotated[Path | None, typer.Option(help="Into a file instead of the terminal.")] = None,
    data: Data = HALL,
) -> None:
    """Write a list as CSV, as `import` reads it."""
    open_office(data)
    from huiguan.office.register.changing import told_by
    from huiguan.office.register.selectors import rows_of
    from huiguan.office.register.sheets import written

    listed, _ = told_by(name)
    text = written(listed, rows_of(listed).values())
    if out is None:
        typer.echo(text.decode(), nl=False)
        return
    out.write_bytes(text)
    tell(f"written: {out}")


@register.command("import")
def import_list(
    name: List,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV or a spreadsheet.")],
    who: Annotated[str, typer.Option("--as", metavar="NAME", help="Who proposes it.")] = "",
    why: Annotated[str, typer.Option(help="The reason; the other person reads it.")] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only show what would change.")
    ] = False,
    data: Data = HALL,
) -> None:
    """Propose the rows of a file, all of them or none; another person approves."""
    open_office(data)
    know_market(data)
    from huiguan.office.register import changing
    from huiguan.office.register.sheets import read_rows

    listed, _ = changing.told_by(name)
    if not file.is_file():
        raise InputFault(f"there is no file {file}")
    rows = read_rows(listed, file.read_bytes(), str(file))
    found = changing.misplaced(listed, rows)
    if found:
        heads = ("line", "column", "fault")
        show_table("", heads, [(str(one.line), one.column, one.said) for one in found])
        raise CheckFault(f"{file} has {len(found)} faults; nothing was changed")
    cells = changing.changes(listed, [one.row for one in rows])
    show_table("", ("row", "column", "before", "after"), [tuple(one) for one in cells])
    if dry_run or not cells:
        tell(f"{len(rows)} rows are good; {len(cells)} cells would change; nothing was changed")
        return
    if not who or not why:
        raise InputFault("say who proposes it and why: --as NAME --why TEXT; or --dry-run")
    made = changing.propose(maker=signed_in(who), listed=listed, rows=rows, why=why)
    tell(f"proposal {made.pk} waits for another person: huiguan office approve {made.pk}")
