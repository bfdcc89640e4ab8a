"""What Wix leaves undocumented and a user may want the other way: the settings of the rules."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from emulator.domain.lifecycle import Lifecycle

HttpStatus = Annotated[int, Field(ge=400, le=599)]


class RefusalOverride(BaseModel):
    """What a refusal answers instead of the emulator's inferred status and code."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    status: HttpStatus | None = None
    code: str | None = None


class Behaviours(BaseModel):
    """Every choice that a rule marked `inferred` leaves open, with the emulator's default."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    duplicate_tracking_scope: Literal["order", "site", "off"] = "order"
    duplicate_tracking_in_bulk: Literal["refuse", "allow"] = "refuse"
    custom_provider_link: Literal["required", "optional"] = "required"
    line_item_split: Literal["allow", "once"] = "allow"
    cursor_with_filter: Literal["refuse", "ignore"] = "refuse"
    lifecycle: Lifecycle = "off"
    refusals: dict[str, RefusalOverride] = {}

    def in_bulk(self) -> "Behaviours":
        """The behaviours inside a bulk call (R117)."""
        if self.duplicate_tracking_in_bulk == "refuse":
            return self
        return self.model_copy(update={"duplicate_tracking_scope": "off"})
