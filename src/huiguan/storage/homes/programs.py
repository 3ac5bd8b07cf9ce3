"""The programs that travel with a round: each one file, put together from small modules.

``verify.py`` is the parts of ``huiguan.housing.verify`` one after the other: one heading, one list
of imports from the standard library, then the bodies. Nothing of the package is left in it.
"""

import ast
from pathlib import Path

import huiguan.housing.verify

FOLDER = Path(huiguan.housing.verify.__file__).parent
PARTS = {
    "verify.py": ("reading", "beacon", "frozen", "draw", "results", "allocation", "program"),
    "verify_beacon.py": ("reading", "beacon", "beacon_program"),
}
HEADINGS = {"verify.py": "__init__", "verify_beacon.py": "beacon_program"}
END = 'if __name__ == "__main__":\n    sys.exit(main())\n'


def program_bytes(name: str) -> bytes:
    """Return the program ``name`` as it stands in a round's folder."""
    modules: set[str] = set()
    names: dict[str, set[str]] = {}
    bodies = []
    for part in PARTS[name]:
        text = (FOLDER / f"{part}.py").read_text("ascii")
        tree = ast.parse(text)
        last = 1
        for node in tree.body:
            if isinstance(node, ast.Import):
                modules |= {entry.name for entry in node.names}
            elif isinstance(node, ast.ImportFrom):
                if not str(node.module).startswith("huiguan."):
                    names.setdefault(str(node.module), set()).update(e.name for e in node.names)
            elif last > 1:
                break
            last = node.end_lineno or last
        doc = f"{part}: {ast.get_docstring(tree)}" if part != HEADINGS[name] else f"{part}"
        comment = "\n".join(f"# {line}".rstrip() for line in doc.split("\n"))
        bodies.append(f"# {'-' * 96}\n{comment}\n\n" + "\n".join(text.split("\n")[last:]).strip())
    heading = ast.get_docstring(ast.parse((FOLDER / f"{HEADINGS[name]}.py").read_text("ascii")))
    imports = [f"import {module}" for module in sorted(modules)]
    imports += [f"from {m} import {', '.join(sorted(names[m]))}" for m in sorted(names)]
    parts = [f'"""{heading}\n"""', "\n".join(imports), *bodies, END]
    return "\n\n\n".join(parts).encode("ascii")
