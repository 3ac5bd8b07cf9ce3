"""What clerks see and send of the ledger: books, accounts, banks, payments, the proof."""
