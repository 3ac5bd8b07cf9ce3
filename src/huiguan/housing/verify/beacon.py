"""Prove that a signature is drand's: the pairing of BLS12-381 in plain Python.

drand's chain quicknet signs the number of a round (scheme bls-unchained-g1-rfc9380): the signature
is a point of G1, the public key one of G2, and e(signature, generator) = e(hash of the round, key).
One signature is possible, and nobody knows it before its time. Nothing here is secret, so nothing
here needs to hide how long it takes.
"""

import hashlib

QUICKNET = "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971"
PUBLIC_KEY = (  # as published by the chain: x of a point of G2, with flags
    "83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c8c4b450b6a0a6c3ac6a5776a2d106451"
    "0d1fec758c921cc22b0e17e63aaf4bcb5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a"
)
TAG = b"BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_"
FIRST_SECOND, PERIOD_SECONDS = 1692803367, 3  # of round 1, as Unix time; between two rounds

# The curve y^2 = x^3 + 4 over the integers modulo FIELD; X is the number its family is made from.
X = 0xD201000000010000  # its sign, negative, drops out of everything below
FIELD = int(
    "1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaab",
    16,
)
ORDER = X**4 - X**2 + 1  # of G1 and G2
# G2 lies on y^2 = x^3 + 4 (1 + u), u^2 = -1; this is its generator.
GENERATOR = (
    (
        0x024AA2B2F08F0A91260805272DC51051C6E47AD4FA403B02B4510B647AE3D1770BAC0326A805BBEFD48056C8C121BDB8,
        0x13E02B6052719F607DACD3A088274F65596BD0D09920B61AB5DA61BBDC7F5049334CF11213945D57E5AC7D055D042B7E,
    ),
    (
        0x0CE5D527727D6E118CC9CDC6DA2E351AADFD9BAA8CBDD3A76D429A695160D12C923AC9CC3BACA289E193548608B82801,
        0x0606C4A02EA734CC32ACD2B02BC28B99CB3E287E85A763AF267492AB572E99AB3F370D275CEC1DA1AAA9075FF05F79BE,
    ),
)
# RFC 9380, 8.8.1: messages are hashed to y^2 = x^3 + A x + B and carried over by an isogeny of
# degree 11. KERNEL (without its leading 1, the constant first) has the x of its kernel as roots.
A, B = (
    0x144698A3B8E9433D693A02C96D4982B0EA985383EE66A8D8E8981AEFD881AC98936F8DA0E0F97F5CF428082D584C1D,
    0x12E2908D11688030018B12E8753EEE3B2016C1F0F24F4070A0B9C14FCEF35EF55A23215A316CEAA5D1CC48E98E172BE0,
)
Z = 11
KERNEL = (
    0x133341FB0962A34CB0504A9C4FADA0A5090D38679B4C040D5D1C3AFB023A3409FCC0815FEA66D8B02BBEF9C8B5A66E07,
    0x264908AF037BCEDE00D054CF5D4775E83EB6CF63C76B969F8ED174FB59FCFF78D201F46F6CFC4ED6552E59CE75177B0,
    0x1335C502C1F54C49ACEEA65E87FD7203BA0F626F305FC0CFD606A5DAE9F3C8E81A4B3B69600129FABD307C69BF319D39,
    0x94440F65F408A6E930E16E3E92DD17BF60D6E9679A8D3D58593DE55AC23703042D609537EB3549AAC234D896CA82944,
    0x4AFE09D5CF4956A23B6B71F59D2B3407B415A774B7BE81BBB6FA99CBC798E0AC98BA725A5BC328016B1C268B4766E85,
)
Pair = tuple[int, int]  # a + b u
Point = tuple[int, int] | None  # of the curve; None is the point at infinity
TwistPoint = tuple[Pair, Pair]
Twelve = list[Pair]  # c0 + c1 w + ... + c5 w^5, with w^6 = 1 + u
ONE: Twelve = [(1, 0), *[(0, 0)] * 5]


def plus(a: Pair, b: Pair) -> Pair:
    return (a[0] + b[0]) % FIELD, (a[1] + b[1]) % FIELD


def minus(a: Pair, b: Pair) -> Pair:
    return (a[0] - b[0]) % FIELD, (a[1] - b[1]) % FIELD


def times(a: Pair, b: Pair) -> Pair:
    return (a[0] * b[0] - a[1] * b[1]) % FIELD, (a[0] * b[1] + a[1] * b[0]) % FIELD


def power(a: Pair, exponent: int) -> Pair:
    result: Pair = (1, 0)
    for bit in f"{exponent:b}":
        result = times(result, result)
        if bit == "1":
            result = times(result, a)
    return result


def over(a: Pair, b: Pair) -> Pair:
    inverse = pow(b[0] * b[0] + b[1] * b[1], -1, FIELD)
    return times(a, (b[0] * inverse % FIELD, -b[1] * inverse % FIELD))


def times12(a: Twelve, b: Twelve) -> Twelve:
    """Multiply two numbers of twelve parts; ``(1 + u)(x + y u)`` is ``x - y + (x + y) u``."""
    real, other = [0] * 11, [0] * 11
    for i, (x, y) in enumerate(a):
        for j, (v, w) in enumerate(b):
            real[i + j] += x * v - y * w
            other[i + j] += x * w + y * v
    for high in range(6, 11):
        real[high - 6] += real[high] - other[high]
        other[high - 6] += real[high] + other[high]
    return [(x % FIELD, y % FIELD) for x, y in zip(real[:6], other[:6], strict=True)]


def add(p: Point, q: Point) -> Point:
    """Add two points of the curve by chord and tangent."""
    if p is None or q is None:
        return p or q
    if p[0] == q[0]:
        if p[1] != q[1] or not p[1]:
            return None
        slope = 3 * p[0] * p[0] * pow(2 * p[1], -1, FIELD)
    else:
        slope = (q[1] - p[1]) * pow(q[0] - p[0], -1, FIELD)
    x = (slope * slope - p[0] - q[0]) % FIELD
    return x, (slope * (p[0] - x) - p[1]) % FIELD


def multiply(p: Point, count: int) -> Point:
    total: Point = None
    for bit in f"{count:b}":
        total = add(total, total)
        if bit == "1":
            total = add(total, p)
    return total


def root(square: int) -> int | None:
    found = pow(square, (FIELD + 1) // 4, FIELD)
    return found if found * found % FIELD == square % FIELD else None


def read_signature(signature: str) -> Point:
    """Return the point of G1 that 96 hexadecimal digits stand for; None if there is none.

    Three flags come first: compressed, not infinity, and whether y is the larger root.
    """
    number = int(signature, 16)
    flags, x = number >> 381, number % 2**381
    y = root(x**3 + 4)
    if flags not in (0b100, 0b101) or x >= FIELD or y is None:
        return None
    y = max(y, FIELD - y) if flags & 1 else min(y, FIELD - y)
    return (x, y) if multiply((x, y), ORDER) is None else None


def read_key(key: str) -> TwistPoint:
    """Return the point of G2 that the chain's key stands for (square root: Adj, 2012)."""
    first = int(key[:96], 16)
    x = (int(key[96:], 16), first % 2**381)
    square = plus(times(x, times(x, x)), (4, 4))
    part = power(square, (FIELD - 3) // 4)
    sign, y = times(times(part, part), square), times(part, square)
    if sign == (FIELD - 1, 0):
        y = times((0, 1), y)
    else:
        y = times(power(plus((1, 0), sign), (FIELD - 1) // 2), y)
    other = minus((0, 0), y)
    larger = (y[1], y[0]) > (other[1], other[0])
    return (x, y if larger == bool(first >> 381 & 1) else other)


def expand(message: bytes, tag: bytes, count: int) -> bytes:
    """Return ``count`` times 32 bytes made from a message (RFC 9380, 5.3.1, SHA-256)."""
    end = tag + bytes([len(tag)])
    start = hashlib.sha256(bytes(64) + message + (32 * count).to_bytes(2, "big") + b"\0" + end)
    block, blocks = bytes(32), b""
    for number in range(1, count + 1):
        mixed = bytes(a ^ b for a, b in zip(start.digest(), block, strict=True))
        block = hashlib.sha256(mixed + bytes([number]) + end).digest()
        blocks += block
    return blocks


def map_to_curve(number: int) -> Point:
    """Return a point of y^2 = x^3 + A x + B for any number (RFC 9380, 6.6.2), carried over."""
    spread = Z * number * number % FIELD
    denominator = (spread * spread + spread) % FIELD
    if denominator:
        x = -B * (1 + pow(denominator, -1, FIELD)) * pow(A, -1, FIELD) % FIELD
    else:
        x = B * pow(Z * A, -1, FIELD) % FIELD
    y = root(x**3 + A * x + B)
    if y is None:
        x = spread * x % FIELD
        y = root(x**3 + A * x + B)
    assert y is not None  # one of the two is a square
    return carry_over(x, y if y % 2 == number % 2 else FIELD - y)


def carry_over(x: int, y: int) -> Point:
    """Return the image of a point of y^2 = x^3 + A x + B under the isogeny (Velu's formulas).

    With h = KERNEL, s = h'/h and f = x^3 + A x + B: X = 11 x - 2 (sum of the roots of h) - 2 f' s
    - 4 f s', the new point is (X / 11^2, y X' / 11^3); RFC 9380, E.2 lists the same as fractions.
    """
    h = [*KERNEL, 1]
    values = []  # of h and its first three derivatives, at x
    for _ in range(4):
        values.append(sum(c * pow(x, n, FIELD) for n, c in enumerate(h)) % FIELD)
        h = [n * c for n, c in enumerate(h)][1:]
    if not values[0]:
        return None
    inverse = pow(values[0], -1, FIELD)
    first, second, third = (value * inverse % FIELD for value in values[1:])
    s, s1 = first, second - first * first
    s2 = third - 3 * first * second + 2 * first**3
    f, f1, f2 = x**3 + A * x + B, 3 * x * x + A, 6 * x
    new_x = 11 * x + 2 * KERNEL[4] - 2 * f1 * s - 4 * f * s1
    slope = 11 - 2 * f2 * s - 6 * f1 * s1 - 4 * f * s2
    eleventh = pow(11, -1, FIELD)
    return new_x * eleventh**2 % FIELD, y * slope * eleventh**3 % FIELD


def hash_to_curve(message: bytes, tag: bytes = TAG) -> Point:
    """Return the point of G1 a message stands for (RFC 9380, BLS12381G1_XMD:SHA-256_SSWU_RO_)."""
    blocks = expand(message, tag, 4)
    first, second = (int.from_bytes(blocks[at : at + 64], "big") % FIELD for at in (0, 64))
    return multiply(add(map_to_curve(first), map_to_curve(second)), X + 1)


def line_at(p: tuple[int, int], t: TwistPoint, slope: Pair) -> Twelve:
    """Return the line with ``slope`` through ``t`` of G2 at the point ``p`` of G1, times w^3."""
    return [
        minus(times(slope, t[0]), t[1]),
        (0, 0),
        minus((0, 0), times(slope, (p[0], 0))),
        (p[1], 0),
        (0, 0),
        (0, 0),
    ]


def chord(t: TwistPoint, q: TwistPoint, slope: Pair) -> TwistPoint:
    """Return the sum of two points of G2 whose line has ``slope``."""
    x = minus(minus(times(slope, slope), t[0]), q[0])
    return x, minus(times(slope, minus(t[0], x)), t[1])


def miller(p: tuple[int, int], q: TwistPoint) -> Twelve:
    """Return the pairing of ``p`` and ``q`` before its last exponent (Miller's loop)."""
    product, t = ONE, q
    for bit in f"{X:b}"[1:]:
        slope = over(times((3, 0), times(t[0], t[0])), times((2, 0), t[1]))
        product = times12(times12(product, product), line_at(p, t, slope))
        t = chord(t, t, slope)
        if bit == "1":
            slope = over(minus(q[1], t[1]), minus(q[0], t[0]))
            product = times12(product, line_at(p, t, slope))
            t = chord(t, q, slope)
    return product


def pairings_agree(p: Point, q: TwistPoint, r: Point, s: TwistPoint) -> bool:
    """Return whether e(p, q) = e(r, s)."""
    if p is None or r is None:
        return p is r
    product = times12(miller(p, q), miller((r[0], -r[1] % FIELD), s))
    result = ONE
    for bit in f"{(FIELD**12 - 1) // ORDER:b}":
        result = times12(result, result)
        if bit == "1":
            result = times12(result, product)
    return result == ONE


def signature_is_valid(beacon_round: int, signature: str, key: str = PUBLIC_KEY) -> bool:
    """Return whether ``signature`` (96 hexadecimal digits) is the chain's for ``beacon_round``."""
    signed = read_signature(signature)
    if signed is None:
        return False
    message = hashlib.sha256(beacon_round.to_bytes(8, "big")).digest()
    return pairings_agree(signed, GENERATOR, hash_to_curve(message), read_key(key))
