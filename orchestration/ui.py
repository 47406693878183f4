"""The web server of the Dagster UI, behind a layer that lets only this machine's own pages speak to it.

The UI has no login: a web page that an operator looks at elsewhere must not be able to start runs here. Does not belong here:
what the UI shows (Dagster), or a login (a proxy in front).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from warehouse.home import current_home, keep_private
from warehouse.settings import settings

if TYPE_CHECKING:
    from collections.abc import Collection

    from starlette.middleware import Middleware
    from starlette.types import ASGIApp, Receive, Scope, Send

    from orchestration.internals import DagsterWebserver

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def refusal(scope: Scope, hosts: Collection[str]) -> str | None:
    """Say why a request is refused, or return None.

    Its Host must be one of ``hosts`` (else a foreign name may point here), its Origin, if it has one, that very host. GraphQL
    is asked by POST of JSON only, which no foreign page can send unasked: a GET or a form may hold a mutation.
    """
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    host, origin = headers.get("host", ""), headers.get("origin")
    if (_name(f"//{host}") or "") not in hosts:
        return f"the Host {host!r} is not this server's; see ui.hosts in docs/configuration.md"
    if origin is not None and urlsplit(origin).netloc != host:
        return f"requests of pages from {origin!r} are refused"
    if scope["type"] == "http" and scope["path"].rstrip("/").endswith("/graphql"):
        is_json = headers.get("content-type", "").partition(";")[0].strip().lower() == "application/json"
        asks = "query" in parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        if asks or (scope["method"] not in ("GET", "HEAD") and not is_json):
            return "GraphQL is asked by POST of application/json only"
    return None


def _name(address: str) -> str | None:
    try:
        return urlsplit(address).hostname
    except ValueError:
        return None


class OnlyFromHere:
    """ASGI middleware that answers 403 to what ``refusal`` refuses, and closes such web sockets."""

    def __init__(self, app: ASGIApp, hosts: Collection[str]) -> None:
        self._app, self._hosts = app, hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on or refuse one request."""
        from starlette.responses import PlainTextResponse
        from starlette.websockets import WebSocket

        reason = refusal(scope, self._hosts) if scope["type"] in ("http", "websocket") else None
        if reason is None:
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await PlainTextResponse(f"danvan: {reason}\n", status_code=403)(scope, receive, send)
        else:
            await WebSocket(scope, receive, send).close(code=1008, reason=reason[:100])


def allowed_hosts() -> frozenset[str]:
    """Return the names under which the UI may be asked for."""
    return _LOOPBACK | {name.lower() for name in settings().ui.hosts}


def main() -> None:
    """Run ``dagster-webserver``, with its own arguments, behind the layer."""
    from starlette.middleware import Middleware

    from orchestration.internals import web_server
    from orchestration.pages import WithPages

    keep_private()
    serve, server = web_server()
    theirs = server.build_middleware

    def build_middleware(self: DagsterWebserver[Any, Any]) -> list[Middleware]:  # the hook that its subclasses have
        own = [Middleware(OnlyFromHere, hosts=allowed_hosts()), Middleware(WithPages, home=current_home())]
        return [*own, *theirs(self)]

    server.build_middleware = build_middleware  # type: ignore[method-assign]
    serve()


if __name__ == "__main__":
    main()
