"""People and records: the Django site."""
