"""Who gets which home: choice rules, deferred acceptance, swap rounds, lots, lists, beds."""
