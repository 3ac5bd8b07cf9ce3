"""What is read of circulars."""

from __future__ import annotations

from huiguan.office.circulars.models import CircularState, HallCircular

MOST = 200  # on a page


def published() -> list[HallCircular]:
    """Return the circulars that were issued, the newest first."""
    found = HallCircular.objects.filter(state=CircularState.ISSUED)
    return list(found.order_by("-number")[:MOST])


def every() -> list[HallCircular]:
    """Return drafts and circulars, the newest first."""
    return list(HallCircular.objects.select_related("drafted_by").order_by("-pk")[:MOST])


def by_key(key: int) -> HallCircular | None:
    """Return a circular, or None."""
    return HallCircular.objects.select_related("drafted_by").filter(pk=key).first()
