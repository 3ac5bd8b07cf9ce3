"""The window of packets for readers that missed some."""

import numpy as np
import pytest

from huiguan.exchange.market_data.records import PACKET_HEADER
from huiguan.exchange.market_data.window import PacketWindow, packet_place
from huiguan.foundation.faults import InputFault


def packet(channel: int, sequence: int) -> bytes:
    head = np.zeros(1, PACKET_HEADER)
    head["channel"], head["sequence"] = channel, sequence
    return head.tobytes()


def test_the_last_packets_of_each_channel_are_kept() -> None:
    window = PacketWindow(2, 3)
    window.keep(b"".join(packet(0, n) for n in range(1, 6)) + packet(1, 1))
    assert window.packets(0, 3, 5) == packet(0, 3) + packet(0, 4) + packet(0, 5)
    assert window.packets(0, 4, 4) == packet(0, 4)
    assert window.packets(1, 1, 1) == packet(1, 1)


@pytest.mark.parametrize(("first", "last"), [(2, 5), (3, 6), (5, 4), (0, 0)])
def test_what_it_does_not_have_whole_it_does_not_give(first: int, last: int) -> None:
    window = PacketWindow(1, 3)
    window.keep(b"".join(packet(0, n) for n in range(1, 6)))
    assert window.packets(0, first, last) is None


def test_a_packet_left_out_is_a_fault() -> None:
    window = PacketWindow(1, 3)
    window.keep(packet(0, 7))  # a window may begin in the middle of a day
    with pytest.raises(InputFault, match="packet 9 of channel 0 does not follow packet 7"):
        window.keep(packet(0, 9))
    with pytest.raises(InputFault, match="a window of 0 packets keeps nothing"):
        PacketWindow(1, 0)


def test_the_place_of_a_packet() -> None:
    assert packet_place(packet(3, 2**40)) == (3, 2**40)
