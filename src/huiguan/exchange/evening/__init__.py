"""The conductor of the close and of the next morning, and the columns of a whole day."""
