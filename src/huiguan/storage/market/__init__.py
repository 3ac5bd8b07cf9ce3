"""Files of the exchange: day folders, rulebooks, recordings, reports, history."""
