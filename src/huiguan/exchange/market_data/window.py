"""The last packets of every channel, for readers that missed some."""

from collections import deque

import numpy as np

from huiguan.exchange.market_data.records import PACKET_HEADER, split_packets
from huiguan.foundation.faults import InputFault


class PacketWindow:
    """Keeps the last ``packets`` live packets of each channel; memory is bounded by them."""

    def __init__(self, channels: int, packets: int) -> None:
        """Begin empty."""
        if packets < 1:
            raise InputFault(f"a window of {packets} packets keeps nothing; take at least one")
        self._kept: list[deque[bytes]] = [deque(maxlen=packets) for _ in range(channels)]
        self._last = [0] * channels  # number of the newest packet of each

    def keep(self, packets: bytes) -> None:
        """Take live packets as ``Feed.apply`` returns them, each channel's in their order."""
        for packet in split_packets(packets):
            channel, sequence = packet_place(packet)
            kept = self._kept[channel]
            if kept and sequence != self._last[channel] + 1:
                raise InputFault(
                    f"packet {sequence} of channel {channel} does not follow packet "
                    f"{self._last[channel]}; keep every packet once, in order"
                )
            kept.append(packet)
            self._last[channel] = sequence

    def packets(self, channel: int, first: int, last: int) -> bytes | None:
        """Return packets ``first`` to ``last`` of a channel, or None: take a snapshot then."""
        kept, newest = self._kept[channel], self._last[channel]
        oldest = newest - len(kept) + 1
        if not oldest <= first <= last <= newest:
            return None
        return b"".join(kept[place] for place in range(first - oldest, last - oldest + 1))


def packet_place(packet: bytes) -> tuple[int, int]:
    """Return the channel and the number of a packet."""
    head = np.frombuffer(packet, PACKET_HEADER, 1)[0]
    return int(head["channel"]), int(head["sequence"])
