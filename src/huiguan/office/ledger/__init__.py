"""The ledger: books, accounts, transfers, and money that crosses between ledger and floor."""
