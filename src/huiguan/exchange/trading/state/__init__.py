"""What the core holds: rows that are hashed, how a key finds its row, the event buffer."""
