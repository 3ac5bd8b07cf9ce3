"""After the round: offers, leases, rent, deposits, the books, the close of a month."""
