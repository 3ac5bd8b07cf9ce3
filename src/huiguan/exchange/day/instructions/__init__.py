"""Instructions: what people decide between and at the close of days; maker and checker differ."""
