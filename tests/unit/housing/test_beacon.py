"""The pairing of BLS12-381 in plain Python: a genuine signature, vectors of RFC 9380, group laws.

The equation itself is the best test of all: no wrong hash, point or pairing verifies a genuine
signature, and a right one refuses everything else.
"""

import hashlib

import pytest

from huiguan.housing.verify.beacon import (
    FIELD,
    GENERATOR,
    ORDER,
    PUBLIC_KEY,
    Point,
    TwistPoint,
    X,
    add,
    carry_over,
    chord,
    expand,
    hash_to_curve,
    map_to_curve,
    minus,
    multiply,
    over,
    pairings_agree,
    plus,
    read_key,
    read_signature,
    signature_is_valid,
    times,
)
from tests.rounds import SIGNATURE

ROUND = 1000
RFC_TAG = b"QUUX-V01-CS02-with-BLS12381G1_XMD:SHA-256_SSWU_RO_"
VECTORS = {  # RFC 9380, J.9.1: message, x and y
    b"": (
        "052926add2207b76ca4fa57a8734416c8dc95e24501772c814278700eed6d1e4e8cf62d9c09db0fac349612b759e79a1",
        "08ba738453bfed09cb546dbb0783dbb3a5f1f566ed67bb6be0e8c67e2e81a4cc68ee29813bb7994998f3eae0c9c6a265",
    ),
    b"abc": (
        "03567bc5ef9c690c2ab2ecdf6a96ef1c139cc0b2f284dca0a9a7943388a49a3aee664ba5379a7655d3c68900be2f6903",
        "0b9c15f3fe6e5cf4211f346271d7b01c8f3b28be689c8429c85b67af215533311f0b8dfaaa154fa6b88176c229f2885d",
    ),
}


def on_curve(point: Point) -> bool:
    return point is None or (point[1] ** 2 - point[0] ** 3 - 4) % FIELD == 0


def twice(point: TwistPoint) -> TwistPoint:
    slope = over(times((3, 0), times(point[0], point[0])), times((2, 0), point[1]))
    return chord(point, point, slope)


def compressed(point: Point) -> str:
    """Return the 96 digits of a point: three flags, then x."""
    assert point is not None
    return f"{(0b100 + (point[1] > FIELD // 2) << 381) + point[0]:096x}"


def test_the_family_is_made_of_one_number() -> None:
    """BLS curves: r = x^4 - x^2 + 1, p = (x - 1)^2 r / 3 + x; here x is -X."""
    assert ORDER == X**4 - X**2 + 1
    assert FIELD == (X + 1) ** 2 * ORDER // 3 - X
    assert pow(2, FIELD - 1, FIELD) == pow(2, ORDER - 1, ORDER) == 1  # as primes have it


def test_both_generators_have_their_order() -> None:
    x, y = GENERATOR
    assert times(y, y) == plus(times(x, times(x, x)), (4, 4))
    point = GENERATOR
    for bit in f"{ORDER:b}"[1:-1]:  # up to half the order, by doubling and adding
        point = twice(point)
        if bit == "1":
            slope = over(minus(GENERATOR[1], point[1]), minus(GENERATOR[0], point[0]))
            point = chord(point, GENERATOR, slope)
    half = twice(point)
    assert half == (GENERATOR[0], minus((0, 0), GENERATOR[1]))  # (r - 1) G = -G


@pytest.mark.parametrize("message", VECTORS)
def test_messages_are_hashed_as_the_rfc_says(message: bytes) -> None:
    x, y = (int(part, 16) for part in VECTORS[message])
    assert hash_to_curve(message, RFC_TAG) == (x, y)


def test_bytes_are_made_as_the_rfc_says() -> None:
    """RFC 9380, K.1: the empty message, 32 bytes."""
    tag = b"QUUX-V01-CS02-with-expander-SHA256-128"
    made = "68a985b87eb6b46952128911f2a4412bbc302a9d759667f87f7a21d803f07235"
    assert expand(b"", tag, 1).hex() == made


def test_what_is_carried_over_lies_on_the_curve_and_adds_up() -> None:
    """An isogeny takes sums to sums: the point and its negative go to a point and its negative."""
    for number in (0, 1, 2, FIELD - 1, 12345):
        point = map_to_curve(number)
        assert on_curve(point)
        assert point is not None
        assert multiply(multiply(point, X + 1), ORDER) is None
    assert carry_over(1, 2) != carry_over(1, FIELD - 2)


def test_a_genuine_signature_is_the_beacons_and_no_other_is() -> None:
    assert signature_is_valid(ROUND, SIGNATURE)
    assert not signature_is_valid(ROUND + 1, SIGNATURE)
    assert not signature_is_valid(ROUND, compressed(multiply(read_signature(SIGNATURE), 2)))
    x = int(SIGNATURE, 16) % 2**381
    for digits in (
        "0" * 96,
        "c" + "0" * 95,  # infinity
        "f" * 96,
        f"{((int(SIGNATURE, 16) >> 381 ^ 1) << 381) + x:096x}",  # the other root
        f"{x:096x}",  # not marked as compressed
        f"{(0b100 << 381) + x + 1:096x}",
    ):
        assert not signature_is_valid(ROUND, digits), digits


def test_a_point_of_another_order_is_no_signature() -> None:
    """(0, 2) lies on the curve and has order 3."""
    assert multiply((0, 2), 3) is None
    assert read_signature(compressed((0, 2))) is None


def test_keys_of_our_own_sign_and_verify() -> None:
    """e(k H, G) = e(H, k G): whoever has the key k can sign, and only the right message fits."""
    key = 3
    triple = twice(GENERATOR)
    slope = over(minus(GENERATOR[1], triple[1]), minus(GENERATOR[0], triple[0]))
    public = chord(triple, GENERATOR, slope)
    for beacon_round in (1, 2**40):
        message = hashlib.sha256(beacon_round.to_bytes(8, "big")).digest()
        signed = multiply(hash_to_curve(message), key)
        assert pairings_agree(signed, GENERATOR, hash_to_curve(message), public)
        assert not pairings_agree(signed, GENERATOR, hash_to_curve(message[::-1]), public)
        assert read_signature(compressed(signed)) == signed
        assert not signature_is_valid(beacon_round, compressed(signed))  # not the chain's key


def test_the_published_key_is_read_as_a_point() -> None:
    x, y = read_key(PUBLIC_KEY)
    assert times(y, y) == plus(times(x, times(x, x)), (4, 4))
    assert f"{x[1]:095x}" == f"{int(PUBLIC_KEY[:96], 16) % 2**381:095x}"
    assert add(None, (0, 2)) == (0, 2)
