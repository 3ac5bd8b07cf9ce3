"""What the office hears of the market: the public feed of a hall, followed like any client."""
