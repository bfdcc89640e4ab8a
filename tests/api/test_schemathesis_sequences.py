"""schemathesis walks along the links of openapi.yaml: thousands of calls, each about what an earlier one answered."""

from collections import Counter
from typing import Any

import hypothesis
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase

from tests.api.cases import CHECKS, Case, Json, aim, contract, emulator, no_false_alarm

APP = emulator()
OPERATIONS = [one["operationId"] for path in contract()["paths"].values() for one in path.values()]
SEEDS = (1, 2)  # one for each core of a small machine
SEQUENCES, STEPS = 140, 60
CALLS_MIN, SUCCESSES_MIN, REFUSALS_MIN = 1_500, 3, 200


def narrowed(document: Json) -> Json:
    """The document with small requests: what is in them is tried call by call, here it is their order that counts."""
    schemas = document["components"]["schemas"]
    for name in ("OrderDraft", "LineItemDraft"):
        draft = schemas[name]
        draft["properties"] = {key: draft["properties"][key] for key in draft["required"]}
        draft["additionalProperties"] = False  # a made-up name could be one that was left out
    requests = [name for name in schemas if name.endswith(("Request", "Draft", "BulkCreateOrderWithFulfillments"))]
    for name in requests:
        for field in schemas[name].get("properties", {}).values():
            if field.get("type") == "array":
                field["maxItems"] = 2
    return document


schema = schemathesis.openapi.from_dict(
    narrowed(contract()),
    config=schemathesis.Config.from_dict(
        {
            # Sequences are of data that the document allows: what is wrong leads nowhere. The document's links suffice.
            "generation": {"mode": "positive"},
            "phases": {"stateful": {"inference": {"algorithms": []}}},
            "checks": CHECKS,
        }
    ),
)
schema.app = APP


@pytest.mark.parametrize("seed", SEEDS)
def test_sequences_along_the_links_are_answered_as_the_document_says(seed: int) -> None:
    answers: Counter[tuple[str, int]] = Counter()

    class Workflows(schema.as_state_machine()):  # type: ignore[misc]  # made at run time
        """Calls in sequences: what one answer names, the next call is about."""

        def setup(self) -> None:
            APP.emulator.sites.site().reset()

        def before_call(self, case: Case) -> None:
            aim(case, APP)

        def after_call(self, response: schemathesis.Response, case: Case) -> None:
            super().after_call(response, case)
            answers[case.operation.definition.raw["operationId"], response.status_code] += 1

        def validate_response(self, response: schemathesis.Response, case: Case, **kwargs: Any) -> None:
            super().validate_response(response, case, additional_checks=[no_false_alarm], **kwargs)

    hypothesis.seed(seed)(Workflows).run(
        settings=hypothesis.settings(
            max_examples=SEQUENCES,
            stateful_step_count=STEPS,
            phases=[Phase.generate],
            database=None,
            suppress_health_check=list(HealthCheck),
        )
    )
    successes = {operation: answers[operation, 200] for operation in OPERATIONS}
    assert answers.total() >= CALLS_MIN
    assert min(successes.values()) >= SUCCESSES_MIN, successes
    assert answers.total() - sum(successes.values()) >= REFUSALS_MIN
