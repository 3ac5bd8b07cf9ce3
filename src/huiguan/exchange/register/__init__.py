"""Who takes part, as the exchange keeps it: lists, what may stand in them, what follows of them."""
