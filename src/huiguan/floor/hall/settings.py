"""``hall.toml``: how a hall is run; written by the first ``huiguan up`` with every default."""

from __future__ import annotations

import ssl
import tomllib
from ipaddress import ip_address
from pathlib import Path

import msgspec

from huiguan.foundation.faults import InputFault
from huiguan.storage.files import Files, write_file
from huiguan.storage.market.rulebooks.circulars import own_books

SETTINGS_NAME = "hall.toml"
INNER_NAME = "session.sock"  # the binary door for the hall's own processes
HEAD = (
    "# How this hall is run. Written by the first `huiguan up`; change it while the hall is down.\n"
)
COMMENTS = {
    "host": "where the doors listen; another address than this machine's own needs TLS",
    "binary_port": "the binary door (docs/reference/doors.md); 0 takes a free one",
    "feed_port": "the public feed (docs/reference/market_data.md); 0 takes a free one",
    "http_port": "the JSON door and queries; 0 takes a free one",
    "office": "whether the pages for everybody run",
    "office_port": "the pages, in a browser; 0 takes a free one",
    "second_factor": "whether staff must give a code beside the password to sign in",
    "tls_cert": "certificate chain (PEM) of the doors and the pages; empty: no TLS",
    "tls_key": "its private key (PEM)",
    "insecure": "true lets the doors listen beyond this machine without TLS: keys go in the clear",
    "days": "who turns the day: auto opens the next one when clearing reconciles, hand waits",
    "crowd": "how many seeded people trade; 0 for none",
    "seed": "the seed of people and prices",
    "snapshot_every": "commands between two snapshots: how much a restart runs again at most",
    "rulebook": "folders of own rulebooks laid over the shipped ones",
}


class HallSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The settings of a hall."""

    host: str = "127.0.0.1"
    binary_port: int = 9440
    feed_port: int = 0
    http_port: int = 9441
    office: bool = True
    office_port: int = 9442
    second_factor: bool = False
    tls_cert: str = ""
    tls_key: str = ""
    insecure: bool = False
    days: str = "auto"
    crowd: int = 2000
    seed: int = 20260821
    snapshot_every: int = 500_000
    rulebook: list[str] = []


def settings_text(settings: HallSettings) -> str:
    """Return the file, a comment above every setting."""
    lines = [HEAD]
    for name, value in msgspec.structs.asdict(settings).items():
        shown = msgspec.json.encode(value).decode()
        lines.append(f"\n# {COMMENTS[name]}\n{name} = {shown}\n")
    return "".join(lines)


def write_settings(folder: Path, settings: HallSettings) -> None:
    """Write the settings of a hall."""
    write_file(folder / SETTINGS_NAME, [settings_text(settings).encode()], Files())


def read_settings(folder: Path) -> HallSettings:
    """Read the settings of a hall; an unknown or wrong one is an ``InputFault``."""
    path = folder / SETTINGS_NAME
    try:
        settings = msgspec.convert(tomllib.loads(path.read_text("utf-8")), HallSettings)
    except (OSError, ValueError, msgspec.ValidationError) as fault:
        raise InputFault(f"{path} does not say how the hall is run: {fault}; correct it") from fault
    if settings.days not in ("auto", "hand"):
        raise InputFault(f"{path}: days is auto or hand, not {settings.days!r}")
    check_reach(settings, str(path))
    return settings


def check_reach(settings: HallSettings, where: str) -> None:
    """Refuse doors that others can reach without TLS, unless it is wanted in so many words."""
    if bool(settings.tls_cert) != bool(settings.tls_key):
        raise InputFault(f"{where}: TLS needs both, tls_cert and tls_key; give the other one")
    if not (is_loopback(settings.host) or settings.tls_cert or settings.insecure):
        raise InputFault(
            f"{where}: at {settings.host} others can reach the doors, and without TLS every key "
            "goes in the clear; give --tls-cert and --tls-key, or say --insecure"
        )


def is_loopback(host: str) -> bool:
    """Return whether an address is this machine's own; a name is, if it is localhost."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def server_tls(settings: HallSettings) -> ssl.SSLContext | None:
    """Return what a door needs for TLS; None without."""
    if not settings.tls_cert:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(settings.tls_cert, settings.tls_key)
    except (OSError, ssl.SSLError) as fault:
        raise InputFault(
            f"{settings.tls_cert} and {settings.tls_key} are no certificate and its key: {fault}; "
            "both are PEM files"
        ) from fault
    return context


def rulebook_folders(folder: Path, settings: HallSettings) -> list[Path]:
    """Return the own books of a hall: those of its settings, then what its circulars made."""
    return [*map(Path, settings.rulebook), *own_books(folder)]
