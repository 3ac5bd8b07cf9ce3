"""Prove that the public value of a round came from drand: ``python3 verify_beacon.py DIR``.

drand signs the number of each round; one signature is possible, and nobody knows it before its
time. This file needs no network: ``draw.toml`` carries the signature and ``round.toml`` names chain
and round. The pairing needs the package ``py_ecc``; without it the file says what is left unproved.
Exit code 0: proved. 1: the signature is not drand's. 2: no such folder, or py_ecc is missing.
"""

import hashlib
import importlib
import sys
import tomllib
from pathlib import Path

# The quicknet chain: BLS12-381, signature on G1 (RFC 9380), one round every three seconds.
QUICKNET = "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971"
PUBLIC_KEY = (
    "83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c8c4b450b6a0a6c3ac6a5776a2d106451"
    "0d1fec758c921cc22b0e17e63aaf4bcb5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a"
)
TAG = b"BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_"


def signature_is_valid(beacon_round: int, signature: str) -> bool:
    """Return whether ``signature`` is quicknet's for ``beacon_round``; needs ``py_ecc``."""
    curve = importlib.import_module("py_ecc.optimized_bls12_381")
    points = importlib.import_module("py_ecc.bls.point_compression")
    hashing = importlib.import_module("py_ecc.bls.hash_to_curve")
    try:
        signed = points.decompress_G1(int(signature, 16))
        key = points.decompress_G2((int(PUBLIC_KEY[:96], 16), int(PUBLIC_KEY[96:], 16)))
    except ValueError:
        return False
    if not curve.is_inf(curve.multiply(signed, curve.curve_order)):
        return False
    message = hashlib.sha256(beacon_round.to_bytes(8, "big")).digest()
    point = hashing.hash_to_G1(message, TAG, hashlib.sha256)
    left, right = curve.pairing(curve.G2, signed), curve.pairing(key, point)
    return bool(left == right)


def main() -> int:
    """Check one folder and say what was proved."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else ".")
    try:
        head = tomllib.loads((folder / "round.toml").read_text("ascii"))
        draw = tomllib.loads((folder / "draw.toml").read_text("ascii"))
    except OSError as error:
        print(f"no drawn round here: {error}", file=sys.stderr)
        return 2
    if head["randomness"] != "drand" or head["chain"] != QUICKNET:
        print("the round does not use drand's quicknet; nothing to prove here", file=sys.stderr)
        return 2
    if hashlib.sha256(bytes.fromhex(draw["signature"])).hexdigest() != draw["value"]:
        print("WRONG  the public value is not the hash of the signature")
        return 1
    try:
        good = signature_is_valid(head["beacon_round"], draw["signature"])
    except ModuleNotFoundError:
        print(
            "the value is the hash of the signature; that the signature is drand's is not proved: "
            "install py_ecc, or compare it with any drand relay",
            file=sys.stderr,
        )
        return 2
    name = f"quicknet round {head['beacon_round']}"
    print(f"PROVED the signature of {name}" if good else f"WRONG  no signature of {name}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
