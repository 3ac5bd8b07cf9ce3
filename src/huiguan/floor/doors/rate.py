"""How much a session may send: a bucket that fills as time passes."""


class Rate:
    """So many commands a second, and so many at once."""

    def __init__(self, a_second: int, at_once: int) -> None:
        """Begin with a full bucket."""
        self.a_second, self._most = a_second, at_once
        self._left = float(at_once)
        self._last = 0.0

    def take(self, count: int, now: float) -> int:
        """Return how many of ``count`` are allowed at ``now`` (seconds that never jump)."""
        passed = max(0.0, now - self._last) if self._last else 0.0
        self._left = min(float(self._most), self._left + passed * self.a_second)
        self._last = now
        allowed = min(count, int(self._left))
        self._left -= allowed
        return allowed

    def wait_ms(self) -> int:
        """Return after how long one more is allowed."""
        return max(1, int((1.0 - self._left) / self.a_second * 1000) + 1)
