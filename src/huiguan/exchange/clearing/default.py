"""When a member or a client cannot pay: the statutory order of what is used.

Other clients' money is in none of the lists, so no rule here can use it.
"""

from collections.abc import Sequence
from typing import NamedTuple

from huiguan.foundation.cited import rule
from huiguan.foundation.readers.names import Name, once, one_spelling
from huiguan.foundation.readers.signatures import checked
from huiguan.foundation.readers.values import Count


class Layer(NamedTuple):
    """Something that can be used, or was."""

    name: Name
    amount_fen: Count


MEMBER_LAYERS = ("member margin", "exchange risk reserve", "exchange own funds")
CLIENT_LAYERS = ("client margin", "member risk reserve", "member own funds")


@rule("Futures and Derivatives Law Art. 42; Futures Trading Regulation Art. 36", "confirmed")
@checked
def default_waterfall(loss_fen: Count, layers: Sequence[Layer]) -> tuple[list[Layer], int]:
    """Return what each layer gives, in order, and the loss that is left to recourse.

    Loss 100, layers margin 60, reserve 30, own funds 50: 60, 30, 10 and nothing left.

    A calculator: nothing in Huiguan calls it.
    """
    once([layer.name for layer in layers], "layer")
    one_spelling([layer.name for layer in layers], "layer")
    used: list[Layer] = []
    for layer in layers:
        take = min(layer.amount_fen, loss_fen)
        loss_fen -= take
        used.append(Layer(layer.name, take))
    return used, loss_fen
