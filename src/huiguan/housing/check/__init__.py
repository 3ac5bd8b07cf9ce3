"""The full checker of a round, written apart from what it checks."""
