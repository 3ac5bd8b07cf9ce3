"""The page at ``/``: what is here and where to go; no script, nothing from elsewhere."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from huiguan.floor.doors.json.http.endpoints import ENDPOINTS
from huiguan.foundation.calendars import show_day

if TYPE_CHECKING:
    from huiguan.floor.hall.queries import HallNow

SECURITY = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;"
    "color:#222;background:#fdfdfb}table{border-collapse:collapse;width:100%}"
    "td,th{text-align:left;padding:.25rem .75rem .25rem 0;border-bottom:1px solid #ddd;"
    "vertical-align:top}code{font-size:.95em}@media(prefers-color-scheme:dark)"
    "{body{color:#ddd;background:#181818}td,th{border-color:#444}a{color:#8ab4f8}}"
)


def page(now: HallNow | None) -> str:
    """Return the page; ``now`` is how the market stands, where it answers."""
    if now is None:
        stands = "The market does not answer now: it is starting, turning the day, or down."
    else:
        phases = sorted({phase.replace("_", " ") for phase in now.phases.values()})
        stands = (
            f"Trading day {show_day(now.trading_day)}, clock {now.clock}, {', '.join(phases)}; "
            f"{now.live_orders:,} live orders, {now.trades:,} trades, command {now.sequence:,}."
        )
    rows = "".join(
        f"<tr><td><code>{one.method} {escape(one.path)}</code></td>"
        f"<td>{escape(one.summary)}{'' if one.needs_key else ' No key needed.'}</td></tr>"
        for one in ENDPOINTS
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>Huiguan 会馆</title><style>{STYLE}</style></head><body>"
        f"<h1>Huiguan 会馆</h1><p>{escape(stands)}</p>"
        "<p>This is the JSON door of a trading hall. A program trades over the WebSocket "
        "<code>/v1/session</code> or the binary door; anything can be asked over HTTP with the "
        "header <code>Authorization: Bearer hg_...</code>. Market data come over the WebSocket "
        "<code>/v1/market</code>, without a key.</p>"
        f"<table><thead><tr><th>Ask</th><th>for</th></tr></thead><tbody>{rows}</tbody></table>"
        '<p>All of it in detail: <a href="/openapi.json">/openapi.json</a> (OpenAPI 3.1). '
        'Now, without a key: <a href="/v1/hall">/v1/hall</a>.</p></body></html>'
    )
