"""The trading days as the office runs them: the live day, its end, what was recorded of it."""
