"""Statements of clients and members: written, read back, compared."""
