"""A market from one seed: real contracts and rules, invented people, prices and orders."""
