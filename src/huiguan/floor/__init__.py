"""The live market: commands get their number, their place on disk, and only then their effect."""
