"""Draws that other cities have published, computed again."""
