"""What an exchange decides, as pure functions."""
