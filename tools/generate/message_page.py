"""The reference of messages: kinds, fields, offsets."""

import inspect

from tools.generate.kinds import KINDS, fields


def message_page() -> str:
    """Return the page people read about commands and events."""
    out = ["# Messages (generated)"]
    for kind in KINDS:
        out += ["", f"## {kind.KIND} {kind.__name__}", "", inspect.getdoc(kind) or "", ""]
        out += ["| field | type | at |", "|---|---|---|"]
        out += [f"| {name} | {form} | {at} |" for name, form, at in fields(kind)]
    return "\n".join(out) + "\n"
