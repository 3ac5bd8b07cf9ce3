"""The office's people: users, roles, proposals of two persons, the chained record of it all."""
