"""What everybody may see of a day, from its events alone: bars."""
