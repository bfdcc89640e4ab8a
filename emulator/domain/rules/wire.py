"""R2xx: how a request is read and an answer written, whatever it is about."""

from emulator.domain.rules.rule import ERRORS, SDK, Rule

VALIDATION_ERRORS = Rule(
    "R201",
    "Shape, range, size and enum errors answer 400 with details.validationError, all violations at once, in wire names.",
    "documented",
    f"{ERRORS}; the wording of descriptions follows recorded answers of other Wix services",
)
APPLICATION_ERRORS = Rule(
    "R202",
    "Other refusals answer details.applicationError {code, description, data} with the status of their kind.",
    "documented",
    ERRORS,
)
ALWAYS_200 = Rule(
    "R203",
    "Every success is HTTP 200 with a JSON body; the SDK takes any other 2xx for an error.",
    "observed",
    SDK,
)
UNKNOWN_FIELDS_IGNORED = Rule(
    "R204",
    "Unknown fields are ignored, and so are path parameters repeated in body or query: the path decides.",
    "observed",
    f"{SDK}: it sends them",
)
BROKEN_JSON = Rule(
    "R205",
    "A body that is not JSON, or not an object, is one violation of rule FORMAT on field ''. The content type is not looked at.",
    "inferred",
    "not documented",
)
REQUEST_ID = Rule(
    "R206",
    "Every answer carries x-wix-request-id.",
    "observed",
    "the SDK reads it; its format is not documented",
)
BLANK_SYSTEM_ERRORS = Rule(
    "R207",
    "A system error is blank: 500 with an empty message and empty details.",
    "documented",
    ERRORS,
)
UNKNOWN_PATHS = Rule(
    "R208",
    "Unknown paths and methods answer 404 and 405 in the same shape.",
    "inferred",
    "not documented",
)
GUID_CASE = Rule(
    "R209",
    "GUIDs are accepted in either case and kept in lower case.",
    "inferred",
    "not documented; the documents show lower case only",
)
BODY_LIMIT = Rule(
    "R210",
    "A body over the size limit is refused with 413.",
    "inferred",
    "not documented",
    "refusals.PAYLOAD_TOO_LARGE",
)
SITE_HEADER = Rule(
    "R211",
    "The header wix-site-id says which site a call is for; without it the call is for the default site.",
    "documented",
    "Wix REST guide: API keys; the default site is the emulator's own",
)
CREDENTIALS = Rule(
    "R212",
    "Missing or unknown credentials answer 401, credentials without the needed permission 403.",
    "documented",
    f"{ERRORS}; the codes UNAUTHENTICATED and PERMISSION_DENIED are named there",
    "refusals.UNAUTHENTICATED",
)
RATE_LIMIT = Rule(
    "R213",
    "Too many calls in a minute answer 429 RESOURCE_EXHAUSTED; Wix's figure is 200 per minute and instance.",
    "documented",
    f"{ERRORS}; the body is inferred",
    "refusals.RESOURCE_EXHAUSTED",
)
PLANNED_FAULT = Rule(
    "R214",
    "A fault answers as the real refusal would, or as a server that fails: blank, late, or not at all.",
    "inferred",
    "the emulator's own, so that clients can be tested; shapes as in R202 and R207",
)
LIMITS = Rule(
    "R215",
    "What an emulator keeps has limits: more is refused with 429 RESOURCE_EXHAUSTED, and then nothing has changed.",
    "inferred",
    "the emulator's own; Wix has no such answer",
)
ADMISSION = Rule(
    "R216",
    "An emulator answers to its own names only, and its control plane to programs and its own pages, with the token if there is one.",
    "inferred",
    "the emulator's own, against pages that look for servers on their reader's machine",
)
