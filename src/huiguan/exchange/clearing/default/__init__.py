"""When a member cannot pay: isolated, clients ported, the rest auctioned, the loss allocated."""
