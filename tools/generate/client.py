"""The module that the Python client ships."""

import inspect

from tools.generate.kinds import KINDS, fields


def client() -> str:
    """Return the module the Python client ships: no NumPy, no huiguan."""
    out = ['"""Generated from huiguan.exchange.messages; do not edit."""', "", "import msgspec"]
    for kind in KINDS:
        tag = kind.__struct_config__.tag
        out += ["", ""]
        out += [f"class {kind.__name__}(msgspec.Struct, frozen=True, kw_only=True, tag={tag!r}):"]
        out += [f'    """{inspect.getdoc(kind)}"""', ""]
        out += [f"    {name}: int" for name, _, _ in fields(kind)]
    return "\n".join(out) + "\n"
