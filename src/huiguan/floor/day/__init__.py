"""A trading day that runs: frames, sequencer, recovery, the market as doors see it, its node."""
