"""The pages of traders and member clerks, and who is bound to what."""
