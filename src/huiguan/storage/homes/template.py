"""Files to begin with: heads of every table an office fills in, and the two files of a round."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from huiguan.foundation.faults import InputFault
from huiguan.foundation.readers.sheets import Column
from huiguan.housing.people.forms import PEOPLE
from huiguan.storage.files import Files, write_file
from huiguan.storage.homes.declared import ESTATE
from huiguan.storage.homes.office import office_table

ROUND_TOML = """\
round = "my-round-2026-09"
date = "2026-09-01"        # of the freeze
list_limit = 20            # most choices of one application
randomness = "parties"     # each makes a secret: huiguan round pledge NAME

[[party]]
name = "housing-office"
commitment = ""            # of the secret; the secret is shown at the draw, not before

[[party]]
name = "notary"
commitment = ""
"""
POLICIES_TOML = """\
# Slots are filled in this order; what is left goes to everybody.

[[policy]]
name = "homes"
source = "letting plan, section ..."   # where the public finds this rule
status = "assumed"

[[policy.slot]]            # the homes of tenants who take part; without such tenants it has no seat
name = "own-home"
own = true

[[policy.slot]]
name = "access"            # homes for those who prove this claim
claim = "access"
share = "5%"
rounding = "up"

[[policy]]
name = "beds"
source = "letting plan, section ..."
status = "assumed"
"""


def template_files(
    facts: Sequence[Column], rows: Mapping[str, Iterable[Sequence[object]]], round_toml: str
) -> dict[str, bytes]:
    """Return the files of an office to begin with; ``rows`` fills tables by name."""
    heads = {f"estate/{table.file}": table.heads for table in ESTATE}
    heads["people.csv"] = [column.name for column in (*PEOPLE, *facts)]
    files = {name: office_table(columns, rows.get(name, ())) for name, columns in heads.items()}
    files["input/round.toml"] = round_toml.encode()
    files["input/rules/policies.toml"] = POLICIES_TOML.encode()
    return files


def write_template(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files that are not there yet; one that is there is never written over."""
    there = [name for name in files if (folder / name).exists()]
    if there:
        raise InputFault(
            f"{folder / there[0]} is there already and is not written over; name another folder"
        )
    for name, data in files.items():
        write_file(folder / name, [data], Files())
