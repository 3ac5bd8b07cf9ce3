"""Money between ledger and floor: its steps, who takes them, and how the floor is asked."""
