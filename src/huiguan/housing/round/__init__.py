"""A frozen round as columns, its numbers and its public draw."""
