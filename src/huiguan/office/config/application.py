"""The office as one application on one port: its socket, its files, and Django for the pages."""

from __future__ import annotations

import hashlib
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from a2wsgi import WSGIMiddleware
from django.core.wsgi import get_wsgi_application
from starlette.applications import Starlette
from starlette.responses import FileResponse
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from huiguan.office.display.live import Live

STATIC = Path(__file__).parent.parent / "display" / "static"
PAGE_THREADS = 4
FOR_EVER = "public, max-age=31536000, immutable"


class PageFiles(StaticFiles):
    """Files whose address changes with them, so a browser asks once."""

    def file_response(self, *args: Any, **given: Any) -> Any:  # noqa: ANN401  as Starlette has it
        """Return a file that may be kept and is nothing else than it says."""
        answer = super().file_response(*args, **given)
        answer.headers["Cache-Control"] = FOR_EVER
        answer.headers["X-Content-Type-Options"] = "nosniff"
        return answer


def library() -> Path:
    """Return the file of the charts' library, out of the package that carries it (ADR 0036)."""
    found = find_spec("litecharts")
    assert found is not None, "it is a requirement of this package"
    return Path(str(found.origin)).parent / "js" / "lightweight-charts.js"


async def library_file(request: Request) -> Response:
    """Return it, and nothing else of its package."""
    del request
    headers = {"Cache-Control": FOR_EVER, "X-Content-Type-Options": "nosniff"}
    return FileResponse(library(), media_type="text/javascript", headers=headers)


def static_address() -> str:
    """Return where the files of the pages are: an address of their content."""
    digest = hashlib.sha256()
    for path in [*sorted(STATIC.iterdir()), library()]:
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return f"/static/{digest.hexdigest()[:16]}"


def make_app(live: Live, static: str) -> Starlette:
    """Return the application; Django's settings are known by now."""
    pages: Any = WSGIMiddleware(get_wsgi_application(), workers=PAGE_THREADS)
    return Starlette(
        routes=[
            WebSocketRoute("/live", live.serve),
            Route(f"{static}/{library().name}", library_file),
            Mount(static, PageFiles(directory=STATIC)),
            Mount("/", pages),
        ]
    )
