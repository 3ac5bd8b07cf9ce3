"""What instructions make of the evening: one fold a table, and each change shown back."""
