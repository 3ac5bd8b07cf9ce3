"""Commands of the exchange: days, rules, explanations, statements, replay and simulation."""
