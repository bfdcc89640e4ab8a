"""Who may call: the two kinds of credential, and the permission scopes that Wix documents (R704)."""

from typing import Any

from emulator.address import DEFAULT_URL
from emulator.domain.credentials import GRANTING_SCOPES, MANAGE_ORDERS, READ_ORDERS

Json = dict[str, Any]

_KEY, _TOKEN = "apiKey", "accessToken"
_SCOPES = {
    READ_ORDERS: "Read orders",
    "SCOPE.DC-ECOM-MEGA.READ-ECOM": "Read eCommerce: all read permissions",
    "SCOPE.DC-STORES-MEGA.READ-STORES": "Read Stores: all read permissions",
    MANAGE_ORDERS: "Manage orders",
    "SCOPE.DC-ECOM-MEGA.MANAGE-ECOM": "Manage eCommerce: all permissions",
    "SCOPE.DC-STORES-MEGA.MANAGE-STORES": "Manage Stores: all permissions",
    "SCOPE.STORES.MANAGE-STORES": "Manage Stores",
    "SCOPE.RESTAURANTS.MEGA-SCOPES": "Manage Restaurants: all permissions",
    "SCOPE.RENTALS.MANAGE": "Manage Rentals",
}

SECURITY_SCHEMES: Json = {
    _KEY: {
        "type": "apiKey",
        "in": "header",
        "name": "authorization",
        "description": "An API key of the site's owner, as it is. It needs the header wix-site-id (R705).",
    },
    _TOKEN: {
        "type": "oauth2",
        "description": "An access token of an app's instance, as it is or behind `Bearer` (R701, R702).",
        "flows": {"clientCredentials": {"tokenUrl": f"{DEFAULT_URL}/oauth2/token", "scopes": _SCOPES}},
    },
}


def requirements(scope: str) -> list[Json]:
    """Either credential with that scope; or none, for the emulator asks for it only with `--auth`."""
    return [{_KEY: [scope]}, {_TOKEN: [scope]}, {}]


def granting_scopes(scope: str) -> list[str]:
    """Every scope that gives what this one does, each alone."""
    return sorted(GRANTING_SCOPES[scope])
