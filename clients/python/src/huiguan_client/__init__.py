"""Trade on a Huiguan exchange: a client that blocks, one for an event loop, and what is below."""

from huiguan_client.client import (
    AsyncClient,
    Cancelled,
    Client,
    Contract,
    HuiguanError,
    Order,
    Refused,
    Trade,
)
from huiguan_client.session import Reply, Session

__all__ = [
    "AsyncClient",
    "Cancelled",
    "Client",
    "Contract",
    "HuiguanError",
    "Order",
    "Refused",
    "Reply",
    "Session",
    "Trade",
]
