"""``messages.lock``: what was published, so that no number is ever used twice."""

import sys
from pathlib import Path

from huiguan.exchange import messages
from tools.generate.kinds import KINDS, fields

LOCK = Path("messages.lock")


def message_lock() -> str:
    """Return one line a field: kind, name, width, offset; a published line never changes."""
    lines = []
    for kind in KINDS:
        tag = kind.__struct_config__.tag
        lines.append(f"{kind.KIND} {tag} version {messages.VERSION}")
        lines += [f"{kind.KIND} {tag}.{name} {form} at {at}" for name, form, at in fields(kind)]
    text = "\n".join(lines) + "\n"
    if LOCK.exists():
        lost = set(LOCK.read_text("utf-8").splitlines()) - set(lines)
        if lost:
            sys.exit(f"messages.lock: a published line may not change or go: {min(lost)}")
    return text
