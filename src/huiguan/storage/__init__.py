"""The only room that opens files; what they mean is decided elsewhere."""
