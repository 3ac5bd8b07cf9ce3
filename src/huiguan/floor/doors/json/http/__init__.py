"""Queries and one-off orders over HTTP."""  # noqa: A005
