"""Files of the homes: estates, housing rulebooks, the canonical tables of a round."""
