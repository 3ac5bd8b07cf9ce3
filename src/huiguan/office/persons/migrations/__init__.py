"""How the tables of personal data came to be."""
