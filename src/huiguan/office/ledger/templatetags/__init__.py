"""Figures on the pages of the ledger."""
