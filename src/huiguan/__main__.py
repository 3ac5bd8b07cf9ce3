"""``python -m huiguan``: the same as the command ``huiguan``."""

from huiguan.cli import main

main()
