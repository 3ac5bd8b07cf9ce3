"""Queries and one-off orders over HTTP."""
