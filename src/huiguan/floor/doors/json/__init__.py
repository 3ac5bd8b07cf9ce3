"""The JSON door: the messages of the binary door by name, and queries about the hall."""
