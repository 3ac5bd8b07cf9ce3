"""``huiguan draw``: replay draws that other cities have published."""

import csv
import gzip
import io
import zlib
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from huiguan.cli import app
from huiguan.foundation.faults import CheckFault, InputFault

draw = typer.Typer(no_args_is_help=True, help="Replay draws that other cities have published.")
app.add_typer(draw, name="draw")


class Method(StrEnum):
    """Procedures that can be replayed."""

    R_SAMPLE = "r-sample"
    RFC3797 = "rfc3797"
    SF_BUCKETS = "sf-buckets"


def read_text(path: Path) -> str:
    """Return the text of a plain or gzip file."""
    try:
        data = path.read_bytes()
        return (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8-sig")
    except FileNotFoundError:
        raise InputFault(f"{path} does not exist; name the file of the draw") from None
    except UnicodeDecodeError:
        raise InputFault(f"{path} is not text in UTF-8, so no draw can be read from it") from None
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputFault(f"{path} cannot be read: {reason}") from None


def read_applicants(path: Path, name: str, weight: str) -> list[tuple[str, int]]:
    """Return (applicant, weight) in file order; column ``name`` defaults to the first."""
    rows = csv.DictReader(io.StringIO(read_text(path)))
    columns = list(rows.fieldnames or [])
    key = name or (columns[0] if columns else "")
    if key not in columns or weight not in columns:
        known = ", ".join(map(ascii, columns)) or "none"
        raise InputFault(
            f"{path} has the columns {known}; it needs {key or 'a name'!r} and {weight!r}"
        )
    out = []
    for row in rows:
        text = row[weight] or ""
        if not text.isascii() or not text.isdecimal():
            raise InputFault(f"{path}: {row[key]} has the weight {text!r}, not a whole number")
        out.append((row[key], int(text)))
    return out


def read_names(path: Path) -> list[str]:
    """Return the first column in file order, below its heading."""
    rows = [row for row in csv.reader(io.StringIO(read_text(path))) if row]
    if len(rows) < 2:
        raise InputFault(f"{path} names nobody; it needs a heading and one row for each name")
    return [row[0] for row in rows[1:]]


@draw.command()
def audit(
    applicants: Annotated[Path, typer.Argument(help="CSV or JSON of the draw, may end in .gz")],
    method: Annotated[Method, typer.Option(help="procedure to replay")],
    out: Annotated[Path | None, typer.Option(help="CSV to write")] = None,
    seed: Annotated[int | None, typer.Option(help="seed of R's set.seed")] = None,
    places: Annotated[int | None, typer.Option(min=0, help="how many win")] = None,
    key: Annotated[str, typer.Option(help="RFC 3797: the key string of the sources")] = "",
    id_column: Annotated[str, typer.Option(help="column of names (default: the first)")] = "",
    weight_column: Annotated[str, typer.Option(help="column of weights")] = "weight",
) -> None:
    """Replay a published draw and write it: winners in order, then the waiting list.

    r-sample: R 4, sample without replacement with probability weight + 1; then the seed again and
    one uniform number per loser in file order. rfc3797: rows are numbered from 1 in file order.
    sf-buckets: checks that inside every preference list ranks ascend with the lottery rank.
    """
    if method is Method.SF_BUCKETS:
        audit_buckets(applicants)
        return
    if places is None or out is None or (method is Method.R_SAMPLE and seed is None):
        raise InputFault("this method needs --places, --out and (r-sample) --seed")
    from huiguan.storage.files import refuse_same_file, write_output

    refuse_same_file(out, applicants)
    if method is Method.R_SAMPLE:
        from huiguan.housing.audits.r_sample import weighted_licence_draw

        rows = read_applicants(applicants, id_column, weight_column)
        assert seed is not None
        winners, waiting = weighted_licence_draw(seed, rows, places)
        name = "applicant_id"
    else:
        from huiguan.housing.audits.rfc3797 import rfc3797_select

        if not key:
            raise InputFault("rfc3797 needs --key, the string made of the published sources")
        listed = read_names(applicants)
        order = rfc3797_select(key, len(listed), len(listed))
        names = [listed[number - 1] for number in order]
        winners, waiting, name = names[:places], names[places:], "name"
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([name, "win", "waitlist_place"])
    writer.writerows([winner, "Yes", ""] for winner in winners)
    writer.writerows([loser, "No", at] for at, loser in enumerate(waiting, start=1))
    write_output(out, text.getvalue().encode())
    typer.echo(f"{len(winners)} winners, {len(waiting)} waiting: {out}")


def audit_buckets(path: Path) -> None:
    """Check the preference lists of a San Francisco result file (its ``lotteryBuckets``)."""
    import json

    from huiguan.housing.audits.buckets import bucket_faults

    try:
        buckets = json.loads(read_text(path))["lotteryBuckets"]
        lists = {
            bucket["preferenceName"]: [
                (row["preferenceRank"], row["lotteryRank"], row["lotteryNumber"])
                for row in bucket["preferenceResults"]
            ]
            for bucket in buckets
        }
    except (ValueError, KeyError, TypeError) as error:
        raise InputFault(
            f"{path} is no result file: lotteryBuckets cannot be read ({error})"
        ) from None
    faults = bucket_faults(lists)
    for name, rows in lists.items():
        typer.echo(f"{name}: {len(rows)} ranked")
    if faults:
        raise CheckFault("; ".join(faults))
    typer.echo("inside every list the ranks ascend with the lottery rank")
