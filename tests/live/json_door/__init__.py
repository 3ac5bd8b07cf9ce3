"""A hall in real processes, asked at its doors."""
