"""schemathesis over openapi.yaml: what the document says and what the emulator does agree, whatever is sent."""

import schemathesis
from hypothesis import HealthCheck, settings

from tests.api.cases import CHECKS, Case, aim, contract, emulator, is_positive, no_false_alarm

APP = emulator()
schema = schemathesis.openapi.from_dict(contract(), config=schemathesis.Config.from_dict({"seed": 1, "checks": CHECKS}))
schema.app = APP


@schema.parametrize()
@settings(
    max_examples=60,  # besides some two hundred that walk the schema's edges
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],  # says more of the machine than of us
)
def test_the_emulator_answers_as_the_document_says(case: Case) -> None:
    APP.emulator.sites.site().reset()
    case.call_and_validate(additional_checks=[no_false_alarm])
    if is_positive(case):
        aim(case, APP)
        case.call_and_validate(additional_checks=[no_false_alarm])
