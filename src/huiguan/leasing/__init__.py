"""Work on a folder of leases: signed from a round, checked, charged, paid, ended."""
