"""Warrants and deliveries: one rule in a few lines."""
