"""``huiguan warrants`` and ``huiguan delivery``: goods behind the market, over files."""
