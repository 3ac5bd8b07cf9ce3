"""Places, levels and claims: who has what when, and a supply that reconciles."""
