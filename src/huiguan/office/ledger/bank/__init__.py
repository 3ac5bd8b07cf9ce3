"""Banks: statements in (camt.053, CSV), payments out (pain.001, CSV), and what becomes of them."""
