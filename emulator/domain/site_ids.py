"""Which site is meant by no name, and which instance of the app is on which site."""

SITE_ID_LENGTH_MAX = 100
DEFAULT_SITE_ID = "5e7b1d60-0000-4000-8000-000000000949"


def instance_of(site_id: str, default_instance_id: str) -> str:
    """The id of the app's instance on that site: of the default site the default one, of another the site's (R701)."""
    return default_instance_id if site_id == DEFAULT_SITE_ID else site_id


def site_of(instance_id: str, default_instance_id: str) -> str:
    """The site on which the app's instance has that id (R701)."""
    return DEFAULT_SITE_ID if instance_id == default_instance_id else instance_id
