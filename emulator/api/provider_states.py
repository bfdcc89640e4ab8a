"""Provider states over HTTP, as Pact's verifiers ask for them."""

from typing import Any, Literal

from pydantic import Field

from emulator.api.answer import Response
from emulator.api.call import Call
from emulator.api.responses import parse, render_json
from emulator.domain.refusals import InvalidRequest, Violation
from emulator.domain.wire import Items, WireModel
from emulator.operations import provider_states as operations
from emulator.seeds import SeedError


class ProviderStateRequest(WireModel):
    """One state, or several as older verifiers send them; `setup` brings it about, `teardown` empties the site."""

    state: str | None = None
    states: Items[str] = ()
    params: dict[str, Any] = Field(default_factory=dict)
    action: Literal["setup", "teardown"] = "setup"
    consumer: str | None = None


async def set_provider_state(call: Call) -> Response:
    """Bring a state about, and answer with the values that it is known by."""
    request = parse(call, ProviderStateRequest)
    if request.action == "teardown":
        operations.tear_down(call.site)
        return render_json({})
    names = (*request.states, *([] if request.state is None else [request.state]))
    try:
        return render_json(operations.set_up(call.site, names, request.params))
    except operations.UnknownState:
        known = known_states()
        description = f"is none of {', '.join(known)}"
        raise InvalidRequest([Violation("state", description, "INVALID_ENUM_VALUE", {"values": known})]) from None
    except SeedError as error:
        raise InvalidRequest([Violation("params", f"{error.where} {error.reason}", "VALIDATION")]) from None


async def list_provider_states(call: Call) -> Response:  # noqa: ARG001 - every endpoint takes the call
    """List the states by name; each seed is one too."""
    return render_json({"providerStates": known_states()})


def known_states() -> list[str]:
    """Every name that a contract may give."""
    return [*operations.STATES, operations.NO_ORDERS, *operations.seeds()]
