"""The pages for humans: the dashboard, and the API reference. All their files come with the package."""

import hashlib
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from urllib.parse import urlencode

from emulator.api.admission import session_cookie
from emulator.api.answer import Response
from emulator.api.call import Call
from emulator.api.responses import JSON, parse, render_json
from emulator.domain.refusals import ControlNotFound
from emulator.domain.wire import WireModel

_DASHBOARD = Path(__file__).parents[1] / "dashboard"
_MEDIA_TYPES = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}
_POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "img-src 'self' data:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    ]
)
_DASHBOARD_POLICY = f"{_POLICY}; require-trusted-types-for 'script'; trusted-types 'none'"
# Swagger UI sets style attributes, and carries its fonts and pictures as data.
_REFERENCE_POLICY = _POLICY.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'") + "; font-src data:"
_FILES_MAX = 100  # more than there are; of an edited one the oldest content goes
_SECURITY: Mapping[str, str] = MappingProxyType(
    {
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "x-frame-options": "DENY",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
    }
)


class FindFileRequest(WireModel):
    """Which file."""

    file: str


class FileNotFound(ControlNotFound):
    """A file that the pages do not have."""

    code = "FILE_NOT_FOUND"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"the pages have no file {name[:100]!r}; GET /_emulator is the dashboard, /_emulator/docs the API"
        )


async def dashboard(call: Call) -> Response:
    """Answer with the dashboard; to who brings the token of the control plane, with a cookie that stands for it."""
    query = call.query()
    token = query.pop("token", None)
    if token is not None:
        return _signed_in(session_cookie(call.headers), call.emulator.admission.session(token), query)
    return _file(call, _DASHBOARD / "index.html", _DASHBOARD_POLICY)


async def dashboard_file(call: Call) -> Response:
    """Answer with one of the dashboard's files."""
    return _named_file(call, _dashboard_files(), _DASHBOARD_POLICY)


async def reference(call: Call) -> Response:
    """Answer with the API reference for humans."""
    return _file(call, _DASHBOARD / "reference.html", _REFERENCE_POLICY)


async def reference_file(call: Call) -> Response:
    """Answer with one of the reference's files."""
    return _named_file(call, _reference_files(), _REFERENCE_POLICY)


async def reference_document(call: Call) -> Response:  # noqa: ARG001 - every endpoint takes the call
    """Answer with what `openapi.yaml` holds, as JSON; its server is the one that the page came from."""
    from emulator.api.openapi import emulated_document

    return render_json(emulated_document() | {"servers": [{"url": "/"}]})


def _signed_in(cookie: str, session: str | None, query: Mapping[str, str]) -> Response:
    """On to the same page without the token, which is not to stay in the address bar."""
    location = "/_emulator" + (f"?{urlencode(query)}" if query else "")
    headers = {"location": location, "cache-control": "no-store", **_SECURITY}
    if session is not None:
        headers["set-cookie"] = f"{cookie}={session}; Path=/_emulator; HttpOnly; SameSite=Strict"
    return Response(status_code=303, headers=headers)


@cache
def _dashboard_files() -> Mapping[str, Path]:
    return {path.name: path for path in _DASHBOARD.iterdir() if path.suffix in _MEDIA_TYPES}


@cache
def _reference_files() -> Mapping[str, Path]:
    swagger = Path(str(files("offapi")))
    return {
        "swagger.css": swagger / "swagger_style.css",
        "swagger.js": swagger / "swagger_bundle.js",
        "swagger-preset.js": swagger / "swagger_preset.js",
    }


def _named_file(call: Call, known: Mapping[str, Path], policy: str) -> Response:
    name = parse(call, FindFileRequest).file
    if name not in known:
        raise FileNotFound(name)
    return _file(call, known[name], policy)


def _file(call: Call, path: Path, policy: str) -> Response:
    """The file, or that it has not changed: a browser asks each time, so that an update shows at once."""
    content, tag = _content(path, path.stat().st_mtime_ns)
    headers = {"content-security-policy": policy, "cache-control": "no-cache", "etag": tag, **_SECURITY}
    if tag in call.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(content, headers=headers, media_type=_MEDIA_TYPES.get(path.suffix, JSON))


@lru_cache(maxsize=_FILES_MAX)
def _content(path: Path, changed_ns: int) -> tuple[bytes, str]:  # noqa: ARG001 - a changed file is another entry
    content = path.read_bytes()
    return content, f'"{hashlib.sha256(content).hexdigest()[:16]}"'
