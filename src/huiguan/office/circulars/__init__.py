"""Circulars: a rule of the hall that two persons change, after a shadow run showed its effect."""
