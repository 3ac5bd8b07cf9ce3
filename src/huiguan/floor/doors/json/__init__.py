"""The JSON door: the messages of the binary door by name, and the queries, for people and programs."""  # noqa: A005
