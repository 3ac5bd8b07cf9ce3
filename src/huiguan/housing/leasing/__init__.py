"""What an office keeps of its leases in tables: read, checked, charged, paid and ended."""
