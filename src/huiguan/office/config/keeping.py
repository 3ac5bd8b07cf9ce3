"""What the office keeps in its folder beside its database: the key that signs, and the doors'."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from huiguan.foundation.faults import InputFault
from huiguan.storage.files import Files, write_file

if TYPE_CHECKING:
    from pathlib import Path

KEY_NAME, DOOR_KEY_NAME = "secret_key", "door_key"
KEY_BYTES = 48


def fresh_key() -> str:
    """Return a key that nobody has had."""
    return secrets.token_urlsafe(KEY_BYTES)


def secret_key(folder: Path, name: str = KEY_NAME) -> str:
    """Return a key of an office's folder, made at the first start; its owner alone reads it."""
    path = folder / name
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
        write_file(path, [fresh_key().encode(), b"\n"], Files())
        path.chmod(0o600)
    key = path.read_text("ascii").strip()
    if len(key) < KEY_BYTES:
        raise InputFault(
            f"{path} holds no key of an office; remove it, and the next start makes one (what it "
            "signed before is then refused)"
        )
    return key
