"""What every room stands on: exact arithmetic, records, cited rows, refusals, the compiler."""
