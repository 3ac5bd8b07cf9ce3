"""Commands of the homes: an estate, a round from freeze to release, published draws."""
