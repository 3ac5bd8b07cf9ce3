"""Figures on the pages of days."""
