"""What is booked: the books of a hall, their transfers, the evenings of its days."""
