"""What a housing office decides, as pure functions."""
