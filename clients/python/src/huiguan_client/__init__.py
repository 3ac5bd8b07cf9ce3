"""Trade on a Huiguan exchange: a client that blocks, one for an event loop, and what is below."""

from huiguan_client.client import AsyncClient, Client
from huiguan_client.desk import Cancelled, Contract, Depth, HuiguanError, Order, Refused, Trade
from huiguan_client.feed import Books
from huiguan_client.session import Reply, Session

__all__ = [
    "AsyncClient",
    "Books",
    "Cancelled",
    "Client",
    "Contract",
    "Depth",
    "HuiguanError",
    "Order",
    "Refused",
    "Reply",
    "Session",
    "Trade",
]
