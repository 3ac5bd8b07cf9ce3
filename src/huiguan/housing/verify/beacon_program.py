"""Prove that the public value of a round came from drand: ``python3 verify_beacon.py DIR``.

``verify.py`` proves it too, with everything else; this file looks at ``round.toml`` and
``draw.toml`` alone. It needs no network and nothing but standard Python (3.11 or newer).
Exit code 0: proved. 1: the value is not drand's. 2: no round drawn by drand's quicknet.
"""

import hashlib
import re
import sys
from pathlib import Path

from huiguan.housing.verify.beacon import QUICKNET, signature_is_valid
from huiguan.housing.verify.reading import DRAW, HEAD, Round, Unreadable


def main() -> int:
    """Check one folder and say what was proved."""
    round_ = Round(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
    try:
        head, draw = round_.toml("round.toml", HEAD), round_.toml("draw.toml", DRAW)
    except (Unreadable, OSError) as fault:
        print(f"no drawn round here: {ascii(str(fault))[1:-1]}", file=sys.stderr)
        return 2
    if head["randomness"] != "drand" or head["chain"] != QUICKNET:
        print("the round does not use drand's quicknet; nothing to prove here", file=sys.stderr)
        return 2
    number, signature = head["beacon_round"], draw["signature"]
    if not re.fullmatch("[0-9a-f]{96}", signature) or not signature_is_valid(number, signature):
        print(f"WRONG  no signature of quicknet round {number}")
        return 1
    if hashlib.sha256(bytes.fromhex(signature)).hexdigest() != draw["value"]:
        print("WRONG  the public value is not the hash of the signature")
        return 1
    print(f"PROVED the signature of quicknet round {number}, and the public value from it")
    return 0
