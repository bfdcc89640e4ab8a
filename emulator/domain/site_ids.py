"""Which site is meant by no name, how long a name may be, and which instance of the app is on which site."""

from emulator.domain.refusals import InvalidRequest, Violation
from emulator.domain.rules import SITE_HEADER

SITE_ID_LENGTH_MAX = 100
DEFAULT_SITE_ID = "5e7b1d60-0000-4000-8000-000000000949"


def refuse_long_site_id(site_id: str) -> None:
    """Raises InvalidRequest for a site's id that is too long (R211)."""
    if len(site_id) > SITE_ID_LENGTH_MAX:
        description = f"has size {len(site_id)}, expected {SITE_ID_LENGTH_MAX} or less"
        raise InvalidRequest([Violation("wix-site-id", description, "MAX_LENGTH", rule=SITE_HEADER)])


def instance_of(site_id: str, default_instance_id: str) -> str:
    """The id of the app's instance on that site: of the default site the default one, of another the site's (R701)."""
    return default_instance_id if site_id == DEFAULT_SITE_ID else site_id


def site_of(instance_id: str, default_instance_id: str) -> str:
    """The site on which the app's instance has that id (R701)."""
    return DEFAULT_SITE_ID if instance_id == default_instance_id else instance_id
