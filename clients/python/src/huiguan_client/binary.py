"""Messages to bytes and back, with nothing but the standard library's ``struct``.

The layout is that of the exchange: 64 bytes, little endian, header, fields, zeros.
"""

import struct
from typing import NamedTuple

import msgspec

from huiguan_client.messages import KINDS, MESSAGE_BYTES, VERSION, Event, Message

KIND_AND_VERSION = struct.Struct("<hh")


class Received(NamedTuple):
    """A message and what its header says; a command has no sequence before it is journaled: 0."""

    message: Message
    session: int
    client_sequence: int
    sequence: int


def encode(
    message: Message, session: int = 0, client_sequence: int = 0, sequence: int = 0
) -> bytes:
    """Return the 64 bytes of a message; ``sequence`` is given for an event only.

    A value that its field cannot hold, by width or by enumeration, is a ``ValueError``.
    """
    head = [message.KIND, VERSION, session, client_sequence]
    if isinstance(message, Event):
        head.append(sequence)
    elif sequence:
        raise ValueError("a command has no sequence: the exchange gives it; leave it out")
    name = type(message).__name__
    try:
        known = msgspec.convert(msgspec.structs.asdict(message), type(message))
        return message.LAYOUT.pack(*head, *msgspec.structs.astuple(known))
    except (struct.error, msgspec.ValidationError) as fault:
        raise ValueError(f"{name} can not be encoded: {fault}; correct the field") from fault


def decode(row: bytes | bytearray | memoryview) -> Received:
    """Return the message of 64 bytes.

    Another length, an unknown kind or version and an unknown value of an enumeration are a
    ``ValueError``: what this client does not know it does not guess.
    """
    if len(row) != MESSAGE_BYTES:
        raise ValueError(f"{len(row)} bytes are no message; a message has {MESSAGE_BYTES}")
    number, version = KIND_AND_VERSION.unpack_from(row)
    kind = KINDS.get(number)
    if kind is None or version != VERSION:
        raise ValueError(f"kind {number} version {version} is not known; take a newer client")
    _, _, session, client_sequence, *values = kind.LAYOUT.unpack(row)
    sequence = values.pop(0) if issubclass(kind, Event) else 0
    fields = dict(zip(kind.__struct_fields__, values, strict=True))
    try:
        message = msgspec.convert(fields, kind)
    except msgspec.ValidationError as fault:
        raise ValueError(f"{kind.__name__}: {fault}; take a newer client") from fault
    return Received(message, session, client_sequence, sequence)
