"""The moments that a site knows of."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AwareDatetime, Field

# Between these a clock may stand: retries and expiry dates computed from there are still dates.
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = datetime(9000, 1, 1, tzinfo=UTC)
_FARTHEST = datetime(9999, 1, 1, tzinfo=UTC)  # to plan from there needs no later one

Moment = Annotated[AwareDatetime, Field(ge=EARLIEST, le=LATEST)]
PlannedMoment = Annotated[AwareDatetime, Field(ge=EARLIEST, le=_FARTHEST)]
