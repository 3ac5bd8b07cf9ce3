"""What is done with the folder of a round of homes: freeze, draw, allocate, check, release."""
