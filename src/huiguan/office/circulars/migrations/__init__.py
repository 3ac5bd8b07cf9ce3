"""How the tables of circulars came to be."""
