"""Records into packets: each channel fills its own part of a buffer, one packet after the other."""

import numpy as np

from huiguan.exchange.market_data.records import (
    FEED_VERSION,
    PACKET_HEADER,
    PACKET_RECORDS,
    RECORD_HEAD,
    PacketKind,
)
from huiguan.exchange.market_data.state import HEADER_WORDS, RECORD_WORDS, FeedState
from huiguan.foundation.compiler import rows
from huiguan.foundation.kernel import inner

WORD = np.dtype(np.int64)


@inner
def open_out(feed: FeedState, out: np.ndarray) -> None:
    """Begin to write: every channel has an equal part of the buffer."""
    feed.counters[0]["written"] = 0
    part = len(out) // 8 // len(feed.channels)
    for number in range(len(feed.channels)):
        feed.channels[number]["start"] = number * part


@inner
def close_packet(feed: FeedState, out: np.ndarray, number: int) -> None:
    """Write the header of a channel's open packet, if it holds a record."""
    channel = feed.channels[number]
    if channel["records"] == 0:
        return
    channel["sequence"] += 1
    head = rows(feed.header, PACKET_HEADER)[0]
    head["version"] = FEED_VERSION
    head["kind"] = PacketKind.LIVE
    head["channel"] = number
    head["records"] = channel["records"]
    head["trading_day"] = feed.counters[0]["trading_day"]
    head["part"] = 0
    head["sequence"] = channel["sequence"]
    head["journal_sequence"] = channel["journal_sequence"]
    head["time_ns"] = feed.counters[0]["time_ns"]
    source, target = rows(feed.header, WORD), rows(out, WORD)
    for word in range(HEADER_WORDS):
        target[channel["start"] + word] = source[word]
    channel["start"] += HEADER_WORDS + channel["records"] * RECORD_WORDS
    channel["records"] = 0


@inner
def begin(feed: FeedState, kind: int) -> None:
    """Begin a record: its kind, then zeros."""
    words = rows(feed.record, WORD)
    for word in range(RECORD_WORDS):
        words[word] = 0
    rows(feed.record, RECORD_HEAD)[0]["kind"] = kind


@inner
def put(feed: FeedState, out: np.ndarray, number: int) -> None:
    """Put the record that was begun into the open packet of a channel."""
    channel, counters = feed.channels[number], feed.counters[0]
    if channel["records"] == PACKET_RECORDS:
        close_packet(feed, out, number)
    at = channel["start"] + HEADER_WORDS + channel["records"] * RECORD_WORDS
    source, target = rows(feed.record, WORD), rows(out, WORD)
    for word in range(RECORD_WORDS):
        target[at + word] = source[word]
    channel["records"] += 1
    channel["journal_sequence"] = counters["sequence"]
    channel["telling"] = 1
    counters["written"] += 1


@inner
def close_out(feed: FeedState, out: np.ndarray) -> None:
    """End the open packets."""
    for number in range(len(feed.channels)):
        close_packet(feed, out, number)
