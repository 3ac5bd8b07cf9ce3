"""Warrants and stocks of the hall's warehouse folder: published figures, titles, deliveries."""
