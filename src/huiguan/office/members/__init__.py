"""Members and traders: who a user is to the market, and what they do there."""
