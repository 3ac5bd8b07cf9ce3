"""How the tables of days came to be."""
