"""schemathesis over openapi.yaml: what the document says and what the emulator does agree, whatever is sent."""

from pathlib import Path
from typing import Any

import schemathesis
import yaml
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test
from schemathesis.config import (
    ChecksConfig,
    GenerationConfig,
    PhasesConfig,
    PositiveDataAcceptanceConfig,
    ProjectConfig,
    ProjectsConfig,
    StatefulPhaseConfig,
)
from schemathesis.config import SchemathesisConfig as Config
from schemathesis.config._phases import InferenceConfig

from emulator.app import create_app
from emulator.settings import Settings
from tests.factories import ITEM

DOCUMENT = yaml.safe_load((Path(__file__).parents[2] / "openapi.yaml").read_text())
Case = schemathesis.Case[Any]

APP = create_app(Settings(random_seed=1, check_responses=True))
ORDERS = [order.id for order in APP.emulator.sites.site().store.orders()]

# Refusals of data that the document allows: the state of the order decides (400, 404, 409, 428), see `no_false_alarm`.
STATE_REFUSALS = ["400", "404", "409", "428"]
# Rules by which a validation error depends on more than the form of the request: on a setting (R113: the link of a
# custom provider), on the order (R119: line items that an update may not change), on an earlier answer (R411: cursors).
RULES_BEYOND_FORM = {"R113", "R119", "R411"}

schema = schemathesis.openapi.from_dict(
    DOCUMENT,
    config=Config(
        seed=1,
        projects=ProjectsConfig(
            default=ProjectConfig(
                checks=ChecksConfig(
                    positive_data_acceptance=PositiveDataAcceptanceConfig(expected_statuses=["2xx", *STATE_REFUSALS])
                )
            )
        ),
    ),
)
schema.app = APP


@schema.parametrize()
@settings(max_examples=60, derandomize=True, database=None)  # besides some two hundred that walk the schema's edges
def test_the_emulator_answers_as_the_document_says(case: Case) -> None:
    APP.emulator.sites.site().reset()
    case.call_and_validate(additional_checks=[no_false_alarm])
    if is_positive(case):
        aim(case)
        case.call_and_validate(additional_checks=[no_false_alarm])


def no_false_alarm(_: Any, response: schemathesis.Response, case: Case) -> None:
    """What the document allows is not called malformed."""
    if response.status_code != 400 or not is_positive(case):
        return
    violations = response.json().get("details", {}).get("validationError", {}).get("fieldViolations", [])
    is_beyond_form = response.headers.get("x-emulator-rule", [""])[0] in RULES_BEYOND_FORM
    # OTHER is what no schema can say, such as that ids differ.
    assert is_beyond_form or all(one["violatedRule"] == "OTHER" for one in violations), response.text


def is_positive(case: Case) -> bool:
    """Whether the case keeps to the document."""
    return case.meta is not None and case.meta.generation.mode is schemathesis.GenerationMode.POSITIVE


def aim(case: Case) -> None:
    """Point the case at an order that there is, and at a line item of it; made-up ids meet unknown orders only."""
    for name in case.path_parameters.keys() & {"orderId", "id"}:
        case.path_parameters[name] = ORDERS[len(case.path_parameters[name]) % len(ORDERS)]
    case.headers.pop("wix-site-id", None)
    if isinstance(case.body, dict):
        case.body = aimed(case.body)


def aimed(value: Any, key: str = "") -> Any:
    if isinstance(value, list):
        return [aimed(one, key) for one in value]
    if not isinstance(value, dict):
        return value
    changed = {name: aimed(one, name) for name, one in value.items()}
    if key == "lineItems" and "id" in changed:
        changed["id"] = ITEM
    if "orderId" in changed and isinstance(changed["orderId"], str):
        changed["orderId"] = ORDERS[len(changed["orderId"]) % len(ORDERS)]
    return changed


WALKED = [
    "createOrder",
    "markOrderAsPaid",
    "createFulfillment",
    "updateFulfillment",
    "deleteFulfillment",
    "listFulfillmentsForSingleOrder",
]
# Sequences begin with data that the document allows: what is wrong leads nowhere, and is tried above.
walked = schemathesis.openapi.from_dict(
    DOCUMENT,
    config=Config(
        seed=1,
        projects=ProjectsConfig(
            default=ProjectConfig(
                generation=GenerationConfig(modes=[schemathesis.GenerationMode.POSITIVE]),
                phases=PhasesConfig(stateful=StatefulPhaseConfig(inference=InferenceConfig(algorithms=[]))),
                checks=ChecksConfig(
                    positive_data_acceptance=PositiveDataAcceptanceConfig(expected_statuses=["2xx", *STATE_REFUSALS])
                ),
            )
        ),
    ),
).include(operation_id=WALKED)
walked.app = APP
seen: list[tuple[str, int]] = []


class Workflows(walked.as_state_machine()):  # type: ignore[misc]  # made at run time
    """Calls in sequences, along the links of the document: what one answer names, the next call is about."""

    def setup(self) -> None:
        APP.emulator.sites.site().reset()

    def before_call(self, case: Case) -> None:
        case.headers.pop("wix-site-id", None)  # a sequence stays on its site

    def validate_response(self, response: schemathesis.Response, case: Case, **kwargs: Any) -> None:
        seen.append((case.operation.definition.raw["operationId"], response.status_code))
        super().validate_response(response, case, **kwargs)


def test_sequences_along_the_links_are_answered_as_the_document_says() -> None:
    run_state_machine_as_test(
        Workflows, settings=settings(max_examples=25, stateful_step_count=15, derandomize=True, database=None)
    )
    succeeded = {operation for operation, status in seen if status == 200}
    assert len(seen) > 100
    assert {"createOrder", "markOrderAsPaid", "createFulfillment", "deleteFulfillment"} <= succeeded
