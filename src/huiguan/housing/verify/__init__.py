"""Prove a round folder with nothing but standard Python: ``python3 verify.py DIR``.

This file runs alone (Python 3.11 or newer). Without the sealed files it proves lists, supply,
public value, numbers, tickets, ranks, counts, and that results agree with the cut-offs; with them
it also allocates again, slowly and plainly, and compares every row. What it cannot prove it names.
Exit code 0: nothing is wrong. 1: something is, named line by line. 2: no round folder.
It shares no line with the program that made the folder, but for the arithmetic of drand's curve.
"""

from huiguan.housing.verify.program import verify

__all__ = ["verify"]
