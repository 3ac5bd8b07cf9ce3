"""Rows of the rulebooks, and what they say of one contract month on one day."""
