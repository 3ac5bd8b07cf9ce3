"""Doors: how bytes from outside become commands of a session, and events its replies."""
