"""Commands of a hall that is open: up, status, clock, doctor, down."""
