"""A hall that is open: who may connect, its clock, its operator, the turn of its days."""
