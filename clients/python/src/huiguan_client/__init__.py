"""The messages of a Huiguan exchange, for programs that trade on it: bytes and declarations."""
