"""Halls that are open: real processes, sockets, clocks; apart from tests that run uncompiled."""
