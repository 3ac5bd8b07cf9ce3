"""Everything a person reads, in Chinese."""
