"""Rulebooks: strict TOML to dated rows, and what must hold between rows."""
