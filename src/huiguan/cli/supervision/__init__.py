"""Commands of a supervisor: what a day shows of abuse."""
