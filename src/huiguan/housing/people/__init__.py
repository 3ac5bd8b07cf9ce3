"""Applicants: identity, households, facts with sources, eligibility, priority, intake."""
