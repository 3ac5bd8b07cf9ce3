"""The keys of persons: one file each, outside the database, wrapped by the key of the hall.

AES-256-GCM seals (``cryptography``): a person's key what is kept of the person, with the place it
stands in as associated data, so that nothing sealed can be moved elsewhere; the hall's key the keys
of persons, with their numbers. Whoever has the database alone reads nobody, and whoever has one key
reads one person. To destroy a key is to erase its person, in every copy of the database.
"""

from __future__ import annotations

import hmac
import os
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from contextlib import suppress
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from huiguan.foundation.faults import CheckFault, InputFault
from huiguan.storage.files import Files, write_file

if TYPE_CHECKING:
    from pathlib import Path

HALL_KEY = "hall_key"  # the name of its file
KEY_BYTES, NONCE_BYTES = 32, 12  # AES-256; NIST SP 800-38D, 5.2.1.1: 96 bits
INDEX_BYTES = 16


def derived(key: bytes, purpose: bytes) -> bytes:
    """Return a key for one purpose of a key for all (HMAC-SHA256 as the step of HKDF, RFC 5869)."""
    return hmac.digest(key, b"huiguan persons " + purpose + b"\x01", "sha256")


def sealed_by(key: bytes, text: bytes, place: str) -> bytes:
    """Return text as only the key opens it, and only where it belongs."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, text, place.encode())


def opened_by(key: bytes, sealed: bytes, place: str) -> bytes:
    """Return what was sealed; raises ``InvalidTag`` for another key, place or text."""
    return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], place.encode())


class Vault:
    """The folder of keys."""

    def __init__(self, folder: Path) -> None:
        """Know the folder; the first person makes it."""
        self.folder = folder

    @property
    def is_there(self) -> bool:
        """Whether the folder has the key of its hall."""
        return (self.folder / HALL_KEY).exists()

    def hall_key(self, *, is_first: bool = False) -> bytes:
        """Return the key that wraps the others; with the first of them it is made."""
        path = self.folder / HALL_KEY
        try:
            found = path.read_bytes()
        except FileNotFoundError:
            if self.numbers() or not is_first:
                raise InputFault(
                    f"{path} is missing, and without it no key of a person opens; put it back from "
                    "the copy of the keys"
                ) from None
            found = secrets.token_bytes(KEY_BYTES)
            self._write(HALL_KEY, found)
        if len(found) != KEY_BYTES:
            raise InputFault(f"{path} is damaged; put it back from the copy of the keys")
        return found

    def _write(self, name: str, content: bytes) -> None:
        path = self.folder / name
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.parent.chmod(0o700)
        write_file(path, [content], Files())
        path.chmod(0o600)

    def numbers(self) -> set[int]:
        """Return the numbers of persons who have a key."""
        if not self.folder.is_dir():
            return set()
        return {int(path.name) for path in self.folder.iterdir() if path.name.isdecimal()}

    def make(self, number: int) -> None:
        """Make the key of a person who is new: what stands under the number was never used."""
        wrapping = derived(self.hall_key(is_first=True), b"wrapping")
        fresh = AESGCM.generate_key(KEY_BYTES * 8)
        self._write(str(number), sealed_by(wrapping, fresh, f"key {number}"))

    def destroy(self, number: int) -> None:
        """Destroy the key of a person; done already is done."""
        path = self.folder / str(number)
        try:
            file = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return
        try:
            os.pwrite(file, secrets.token_bytes(path.stat().st_size), 0)
            os.fsync(file)
        finally:
            os.close(file)
        path.unlink(missing_ok=True)
        Files().flush_folder(self.folder)

    def copy_to(self, into: Path) -> int:
        """Copy the keys to another folder; whoever is erased here is then erased there.

        Returns how many persons they are of. Raises ``InputFault`` for the folder of another hall.
        """
        hall_key, there = self.hall_key(), Vault(into)
        if there.is_there and there.hall_key() != hall_key:
            raise InputFault(f"{into} holds the keys of another hall; name another folder")
        numbers = self.numbers()
        there._write(HALL_KEY, hall_key)
        for number in sorted(numbers):
            with suppress(FileNotFoundError):  # erased meanwhile
                there._write(str(number), (self.folder / str(number)).read_bytes())
        for number in there.numbers() - numbers:
            there.destroy(number)
        return len(numbers)

    def key_of(self, number: int) -> bytes | None:
        """Return the key of a person, or None: it is destroyed."""
        try:
            wrapped = (self.folder / str(number)).read_bytes()
        except FileNotFoundError:
            return None
        try:
            return opened_by(derived(self.hall_key(), b"wrapping"), wrapped, f"key {number}")
        except InvalidTag:
            raise CheckFault(
                f"the key of person {number} is damaged, or of another hall; put the keys back "
                "from their copy"
            ) from None

    def seal(self, number: int, text: str, place: str) -> str:
        """Return a text as only the person's key opens it; it begins with the person's number."""
        key = self.key_of(number)
        if key is None:
            raise InputFault(f"person {number} is erased; nothing more is kept of them")
        sealed = sealed_by(key, text.encode(), f"person {number} {place}")
        return f"{number}.{urlsafe_b64encode(sealed).decode()}"

    def open(self, sealed: str, place: str) -> str:
        """Return what was sealed, or nothing: the person is erased."""
        head, _, rest = sealed.partition(".")
        key = self.key_of(int(head)) if head.isdecimal() else None
        if key is None:
            return ""
        try:
            return opened_by(key, urlsafe_b64decode(rest), f"person {head} {place}").decode()
        except (InvalidTag, ValueError):
            raise CheckFault(
                f"what is kept of person {head} as {place} was changed past the office"
            ) from None

    def index(self, text: str, place: str) -> str:
        """Return what finds a text without saying it: a keyed hash, the same for the same text."""
        told = f"{place}\0{text}".encode()
        return hmac.digest(derived(self.hall_key(), b"index"), told, "sha256")[:INDEX_BYTES].hex()
