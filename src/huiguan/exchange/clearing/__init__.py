"""Clearing, one article a file: prices, margins, fees, deposits, liquidation, reduction."""
