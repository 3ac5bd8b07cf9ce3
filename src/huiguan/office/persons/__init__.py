"""Personal data: sealed per person, with keys that stand outside the database."""
