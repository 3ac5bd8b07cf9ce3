"""A city from one seed: one estate, its applicants, its round and a year of its leases."""
