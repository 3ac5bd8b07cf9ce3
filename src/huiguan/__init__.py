"""A guild hall: an exchange where merchants trade, and homes for those who are new in town."""
