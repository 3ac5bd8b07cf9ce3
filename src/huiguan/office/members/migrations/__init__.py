"""How the tables of members and traders came to be."""
