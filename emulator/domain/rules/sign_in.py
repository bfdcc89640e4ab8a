"""R7xx: tokens, keys and permissions, and what clients of all kinds send along."""

from emulator.domain.rules.rule import ERRORS, SDK, TYPES, Rule

_OAUTH = "Wix REST reference: Create Access Token"

ACCESS_TOKENS = Rule(
    "R701",
    "POST /oauth2/token issues an access token of type Bearer for 14,400 s to an app's instance, from JSON or a form; what it declines is "
    "told in the words of OAuth, {error, error_description}. The default instance is of the default site, any other of the site of that id.",
    "documented",
    f"{_OAUTH}; which site an instance belongs to is the emulator's own",
)
TOKEN_USE = Rule(
    "R702",
    "A token is sent as it is or behind Bearer; POST /oauth2/token-info tells whose it is and whether it is active.",
    "observed",
    f"{SDK}; live clients send both",
)
LEGACY_TOKENS = Rule(
    "R703",
    "POST /oauth/access issues an access token for 5 minutes and a refresh token, for a code or a refresh token.",
    "documented",
    "Wix REST guide: custom authentication (legacy)",
)
PERMISSIONS = Rule(
    "R704",
    "An operation needs a permission scope of its own or of a wider kind; reading fulfillments is for apps, users and members, all else "
    "for apps and users. Without credentials 401, without permission 403.",
    "documented",
    f"{TYPES}; {ERRORS}",
    "refusals.PERMISSION_DENIED",
)
KEY_NEEDS_SITE = Rule(
    "R705",
    "An API key without the header wix-site-id is refused with 403.",
    "observed",
    "a live client; Wix REST guide: API keys",
    "refusals.PERMISSION_DENIED",
)
CONSISTENCY_HEADER = Rule(
    "R706",
    "Every answer carries X-Wix-Consistent, an opaque text that clients may send back.",
    "observed",
    SDK,
)
BROWSERS = Rule(
    "R707",
    "Pages of any origin may call. OPTIONS names a path's methods, HEAD is answered as GET is, a slash at the end of a path does not matter, and gzip and deflate bodies are unpacked.",
    "inferred",
    "CORS allow-lists of Wix name its own headers; the rest is not documented",
)
TOKEN_KINDS = Rule(
    "R708",
    "An access token is good for calls and a refresh token for new access tokens, neither for what the other is: a "
    "refresh token does not authorize a call and is not active, an access token renews nothing.",
    "inferred",
    "RFC 6749, section 1.5",
    "refusals.UNAUTHENTICATED",
)
