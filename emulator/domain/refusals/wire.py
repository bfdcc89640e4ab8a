"""What is declined whatever a call is about: who calls, how often, where to, and how much it sends."""

from collections.abc import Iterable

from emulator.domain import rules
from emulator.domain.refusals.kinds import ApplicationRefusal, NotFound


class Unauthenticated(ApplicationRefusal):
    """No credentials, or unknown ones (R212)."""

    status_name = code = "UNAUTHENTICATED"
    rule = rules.CREDENTIALS


class NotAnAccessToken(Unauthenticated):
    """A refresh token where an access token belongs (R708)."""

    rule = rules.TOKEN_KINDS

    def __init__(self) -> None:
        super().__init__("this is a refresh token; it is good for new access tokens alone (POST /oauth2/token)")


class PermissionDenied(ApplicationRefusal):
    """Credentials without the permission that the operation needs (R704)."""

    status_name = code = "PERMISSION_DENIED"
    rule = rules.PERMISSIONS


class KeyNamesNoSite(PermissionDenied):
    """An API key without the header that names the site (R705)."""

    rule = rules.KEY_NEEDS_SITE

    def __init__(self) -> None:
        super().__init__("an API key needs the header wix-site-id")


class ResourceExhausted(ApplicationRefusal):
    """More calls than the rate limit allows (R213)."""

    status_name = code = "RESOURCE_EXHAUSTED"
    rule = rules.RATE_LIMIT


class LimitReached(ResourceExhausted):
    """More than the emulator keeps in one site. Wix has no such answer; this status is the nearest (R215)."""

    rule = rules.LIMITS

    def __init__(self, what: str, *, requested: int, allowed: int, remedy: str) -> None:
        self.remedy = remedy
        super().__init__(
            f"this makes {requested} {what}, the emulator keeps {allowed}; {remedy}",
            {"requested": requested, "allowed": allowed},
        )


class PathNotFound(NotFound):
    """A path that the emulator does not answer (R208)."""

    code = "NOT_FOUND"
    rule = rules.UNKNOWN_PATHS

    def __init__(self, method: str, path: str, nearest: str | None) -> None:
        hint = f"; did you mean {nearest}?" if nearest else "; GET /_emulator/manifest lists what is emulated"
        if "//" in path:
            hint = f"; a part of the path is empty, such as an id that is not set{hint}"
        super().__init__(f"no operation at {method} {path}{hint}")


class MethodNotAllowed(ApplicationRefusal):
    """A known path with a method that it does not have (R208)."""

    status_name = "METHOD_NOT_ALLOWED"
    code = "METHOD_NOT_ALLOWED"
    rule = rules.UNKNOWN_PATHS

    def __init__(self, method: str, path: str, allowed: Iterable[str]) -> None:
        self.allowed = tuple(sorted(allowed))
        super().__init__(f"{path} does not answer {method}, only {', '.join(self.allowed)}")


class PayloadTooLarge(ApplicationRefusal):
    """A body over the limit (R210)."""

    status_name = "PAYLOAD_TOO_LARGE"
    code = "PAYLOAD_TOO_LARGE"
    rule = rules.BODY_LIMIT

    def __init__(self, limit_bytes: int) -> None:
        super().__init__(
            f"the request's body is over {limit_bytes} bytes; --body-bytes-max sets the limit of all calls but "
            "those with snapshots and e-mails",
            {"limitBytes": limit_bytes},
        )
