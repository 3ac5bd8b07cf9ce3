"""What is derived from code: one page, lock or client a file; ``python -m tools.generate``."""
