"""Style sheet, script and htmx, each under an address that changes with its content, so that it is kept for ever.

htmx comes from the installed package django-htmx (MIT), whose static file is read and nothing else of it.
"""

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.metadata import files as files_of
from importlib.resources import files
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from shared.errors import ConfigurationError

_HTMX: Final = "htmx-2.min.js"
_TYPES: Final = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml"}
_DIGITS: Final = 16


@dataclass(frozen=True)
class Asset:
    """One file: its bytes and the address that names them."""

    name: str
    body: bytes

    @property
    def address(self) -> str:
        """Return where it is served."""
        return f"/static/{hashlib.sha256(self.body).hexdigest()[:_DIGITS]}/{self.name}"


@cache
def assets() -> dict[str, Asset]:
    """Return every asset by name.

    Raises:
        ConfigurationError: django-htmx is not installed.
    """
    own = files("services.notify.adapters.web").joinpath("static")
    found = {file.name: file.read_bytes() for file in own.iterdir() if file.name.rpartition(".")[2] in _TYPES}
    found[_HTMX] = _htmx()
    return {name: Asset(name, body) for name, body in found.items()}


def address(name: str) -> str:
    """Return the address of an asset, for templates."""
    return _addresses()[name]


async def serve(request: Request) -> Response:
    """Answer with an asset; one that is not there, or not any more, is 404."""
    found = assets().get(request.path_params["name"])
    if found is None or _addresses()[found.name] != request.url.path:
        return Response("not found", 404, media_type="text/plain")
    kept = {"Cache-Control": "public, max-age=31536000, immutable"}
    return Response(found.body, 200, kept, _TYPES[found.name.rpartition(".")[2]])


@cache
def _addresses() -> dict[str, str]:
    return {name: asset.address for name, asset in assets().items()}


def _htmx() -> bytes:
    """Return htmx as the package's record of files names it: importing the package would want Django configured."""
    listed = [file for file in files_of("django-htmx") or () if file.name == _HTMX]
    if not listed:
        raise ConfigurationError(f"{_HTMX} is missing: install django-htmx (requirements/runtime.txt)")
    return Path(str(listed[0].locate())).read_bytes()
