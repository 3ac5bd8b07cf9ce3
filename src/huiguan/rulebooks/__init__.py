"""Data only: what exchanges and cities have set, each row dated, cited and graded."""
