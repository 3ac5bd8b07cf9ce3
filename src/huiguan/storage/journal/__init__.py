"""The journal of a day: frames on disk, recovery, snapshots."""
