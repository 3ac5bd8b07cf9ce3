"""``huiguan draw``: replay draws that other cities have published."""

import csv
import gzip
import io
import zlib
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from huiguan.cli import app
from huiguan.cli.language import tell
from huiguan.foundation.faults import CheckFault, InputFault
from huiguan.foundation.readers.values import natural

draw = typer.Typer(no_args_is_help=True, help="Replay draws that other cities have published.")
app.add_typer(draw, name="draw")


class Method(StrEnum):
    """Procedures that can be replayed."""

    R_SAMPLE = "r-sample"
    RFC3797 = "rfc3797"
    SF_BUCKETS = "sf-buckets"


def read_text(path: Path) -> str:
    """Return the text of a plain or gzip file, or of a spreadsheet as CSV."""
    from huiguan.storage.sheets.tables import as_utf8

    try:
        data = path.read_bytes()
        data = gzip.decompress(data) if path.suffix == ".gz" else data
        return as_utf8(data, str(path), path.stem, partial(tell, err=True)).decode()
    except FileNotFoundError:
        raise InputFault(f"{path} does not exist; name the file of the draw") from None
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputFault(f"{path} cannot be read: {reason}") from None


def read_rows(path: Path) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Return the heading and every row below it with its line; rows are as wide as the heading."""
    reader = csv.reader(io.StringIO(read_text(path), newline=""))
    try:
        rows = [(reader.line_num, row) for row in reader if row]
    except csv.Error as error:
        raise InputFault(f"{path}: line {reader.line_num} is no line of a table: {error}") from None
    if len(rows) < 2:
        raise InputFault(f"{path} names nobody; it needs a heading and one row for each name")
    (_, heading), *body = rows
    for line, row in body:
        if len(row) != len(heading):
            raise InputFault(
                f"{path}: line {line} has {len(row)} fields where the heading has {len(heading)}"
            )
    return heading, body


def read_applicants(path: Path, name: str, weight: str | None) -> list[tuple[str, int]]:
    """Return (applicant, weight) in file order, weight 0 without a column of weights.

    Column ``name`` defaults to the first. Two rows of one name could not be told apart in a result.
    """
    heading, body = read_rows(path)
    key = name or heading[0]
    for column in (key, weight):
        if column is not None and heading.count(column) != 1:
            times = "twice" if column in heading else "nowhere"
            raise InputFault(
                f"{path} has the columns {', '.join(map(ascii, heading))}, and {column!r} is "
                f"{times} among them; choose with --id-column and --weight-column"
            )
    at, by = heading.index(key), heading.index(weight) if weight is not None else -1
    seen: dict[str, int] = {}
    out = []
    for line, row in body:
        if not row[at]:
            raise InputFault(f"{path}: line {line} names nobody in the column {key!r}")
        if seen.setdefault(row[at], line) != line:
            raise InputFault(
                f"{path}: {row[at]} stands in the lines {seen[row[at]]} and {line}; choose a "
                "column that tells the rows apart with --id-column"
            )
        text = row[by] if weight is not None else "0"
        if not text.isascii() or not text.isdecimal():
            raise InputFault(
                f"{path}: {row[at]} has the weight {text!r}, not a whole number from 0 up"
            )
        out.append((row[at], int(text)))
    return out


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
    sf-buckets: checks that inside every preference list ranks ascend with the lottery rank, and
    names the lists whose printed total differs from their rows.
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
        require_places(applicants, places, len(rows))
        assert seed is not None
        winners, waiting = weighted_licence_draw(seed, rows, places)
        name = "applicant_id"
    else:
        from huiguan.housing.audits.rfc3797 import rfc3797_select

        if not key:
            raise InputFault("rfc3797 needs --key, the string made of the published sources")
        listed = [name for name, _ in read_applicants(applicants, id_column, None)]
        require_places(applicants, places, len(listed))
        order = rfc3797_select(key, len(listed), len(listed))
        names = [listed[number - 1] for number in order]
        winners, waiting, name = names[:places], names[places:], "name"
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([name, "win", "waitlist_place"])
    writer.writerows([winner, "Yes", ""] for winner in winners)
    writer.writerows([loser, "No", at] for at, loser in enumerate(waiting, start=1))
    write_output(out, text.getvalue().encode())
    won = "1 winner" if len(winners) == 1 else f"{len(winners):,} winners"
    tell(f"{won}, {len(waiting):,} waiting: {out}")


def require_places(path: Path, places: int, rows: int) -> None:
    """Refuse to draw more winners than there are rows."""
    if places > rows:
        raise InputFault(f"{path} has {rows:,} rows, so {places:,} cannot win; check --places")


class Buckets(NamedTuple):
    """The preference lists of a result file, and the totals it prints beside them."""

    lists: dict[str, list[tuple[int, int, str]]]
    totals: dict[str, int]
    applications: int | None


def read_buckets(path: Path) -> Buckets:
    """Return the lists of a San Francisco result file (its ``lotteryBuckets``)."""
    import json

    try:
        result = json.loads(read_text(path))
        names = [str(bucket["preferenceName"]) for bucket in result["lotteryBuckets"]]
        buckets = dict(zip(names, result["lotteryBuckets"], strict=True))
        lists = {
            name: [
                (
                    natural(row["preferenceRank"], "preferenceRank", 1),
                    natural(row["lotteryRank"], "lotteryRank", 1),
                    str(row["lotteryNumber"]),
                )
                for row in bucket["preferenceResults"]
            ]
            for name, bucket in buckets.items()
        }
        printed = {name: bucket.get("totalSubmittedApps") for name, bucket in buckets.items()}
        totals = {name: natural(n, "total") for name, n in printed.items() if n is not None}
        every = result.get("lotteryAppTotal")
        applications = None if every is None else natural(every, "lotteryAppTotal")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise InputFault(
            f"{path} is no result file: lotteryBuckets cannot be read "
            f"({type(error).__name__}: {error})"
        ) from None
    except InputFault as fault:
        raise InputFault(f"{path} cannot be checked: {fault}") from None
    if not names or len(buckets) != len(names):
        raise InputFault(f"{path} has no preference list, or two of one name, so none is checked")
    return Buckets(lists, totals, applications)


def audit_buckets(path: Path) -> None:
    """Check the preference lists of a San Francisco result file.

    A list whose printed total differs from its rows, or that leaves ranks out, is named: who is
    missing cannot be checked.
    """
    from huiguan.housing.audits.buckets import bucket_faults, bucket_gaps

    found = read_buckets(path)
    faults, gaps = bucket_faults(found.lists), bucket_gaps(found.lists, found.totals)
    for name, rows in found.lists.items():
        tell(f"{name}: {len(rows)} ranked")
    everybody = {number for rows in found.lists.values() for *_, number in rows}
    if found.applications not in (None, len(everybody)):
        gaps.append(
            f"{len(everybody)} applications in all lists, the printed total is {found.applications}"
        )
    for line in gaps:
        tell(f"not whole: {line}")
    if faults:
        raise CheckFault("; ".join(faults))
    tell("inside every list the ranks ascend with the lottery rank")
    if gaps:
        tell("who is missing from the file is not checked")
