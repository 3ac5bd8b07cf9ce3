"""Public market data over WebSocket: books from the feed, encoded once for all readers."""
