"""What a client of a running emulator needs to know, as environment variables."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from emulator.client import TOKEN_VARIABLE

PRELOAD = Path(__file__).parent / "preload" / "fetch.mjs"


def variables(manifest: Mapping[str, Any], url: str | None = None, control_token: str | None = None) -> dict[str, str]:
    """The variables, from what `GET /_emulator/manifest` tells; `url` is where this client reaches the emulator.

    The control plane's token is no part of the manifest: whoever asks for it has it already.
    """
    found = {
        "WIX_API_BASE_URL": (url or str(manifest["baseUrl"])).rstrip("/"),
        "WIX_SITE_ID": str(manifest["siteId"]),
        "WIX_APP_ID": str(manifest["appId"]),
        "WIX_APP_SECRET": str(manifest["appSecret"]),
        "WIX_INSTANCE_ID": str(manifest["instanceId"]),
        "WIX_API_KEY": str(manifest["apiKey"]),
        "WIX_PUBLIC_KEY": str(manifest["publicKeyBase64"]),
        "NODE_OPTIONS": f"--import={PRELOAD.as_uri()}",
    }
    if control_token:
        found[TOKEN_VARIABLE] = control_token
    tls = manifest.get("tls")
    return found | (_trust(tls["caFile"], tls["bundleFile"]) if tls else {})


def _trust(authority: str, bundle: str) -> dict[str, str]:
    """What makes Node, Python's ssl, Python's requests and curl trust the authority beside the public roots."""
    bundles = dict.fromkeys(("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"), bundle)
    return {"NODE_EXTRA_CA_CERTS": authority, **bundles}


def extended(environment: Mapping[str, str], added: Mapping[str, str]) -> dict[str, str]:
    """The environment with these variables too; Node keeps the options that it has already."""
    options = " ".join(filter(None, (environment.get("NODE_OPTIONS"), added.get("NODE_OPTIONS"))))
    return {**environment, **added, "NODE_OPTIONS": options}
