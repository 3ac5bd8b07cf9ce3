"""Statements, express, rankings, explanations: words, no arithmetic of their own."""
