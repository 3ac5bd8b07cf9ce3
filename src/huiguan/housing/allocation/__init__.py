"""Who gets which home: deferred acceptance, reserves, lots, exchanges, waiting lists."""
