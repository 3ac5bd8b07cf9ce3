"""Recorded days of other venues: orders, and quotes with what traded between them."""
