"""The public pages of stocks, and the desks of warrants and deliveries."""
