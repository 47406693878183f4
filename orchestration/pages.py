"""What the UI's server shows besides the UI: the home's Data Docs and receipts, as they lie there, to read.

Does not belong here: who may ask (orchestration.ui), the pages themselves (expectations.gx.docs, assets.receipt).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from assets.graph.reported import DOCS_PLACE

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from warehouse.home import Home

#: the pages need no script and nothing from elsewhere; a receipt is of this moment
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


class WithPages:
    """ASGI middleware that answers what is asked below ``DOCS_PLACE`` from the home's folders, and passes on everything else."""

    def __init__(self, app: ASGIApp, home: Home) -> None:
        folders = {"data_docs": home.data_docs, "receipts": home.receipts}
        self._app = app
        self._pages = Starlette(
            routes=[
                Mount(f"{DOCS_PLACE}/{name}", StaticFiles(directory=folder, check_dir=False))
                for name, folder in folders.items()
            ]
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer or pass on one request."""
        if scope["type"] != "http" or not scope["path"].startswith(f"{DOCS_PLACE}/"):
            await self._app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(_HEADERS)
            await send(message)

        await self._pages(scope, receive, guarded)
