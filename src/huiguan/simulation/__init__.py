"""A market or a city from one seed: the only room that owns chance."""
