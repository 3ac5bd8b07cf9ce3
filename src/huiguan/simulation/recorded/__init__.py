"""Recorded quotes as orders of a house account: on a day in a folder, and in a hall."""
