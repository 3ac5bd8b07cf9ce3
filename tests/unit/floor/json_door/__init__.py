"""Tests of the JSON door's pure parts."""
