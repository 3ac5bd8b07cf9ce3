"""Days made from files: a recorded day through journal and core, somebody's orders, no network."""
