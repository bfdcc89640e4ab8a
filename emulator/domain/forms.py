"""Which rule states how a field of a request must look: a rule among the metadata of a field says so of all inside."""

from collections.abc import Sequence
from typing import Any, get_args

from pydantic import BaseModel

from emulator.domain.rules import VALIDATION_ERRORS, Rule


def rule_at(model: type[BaseModel], location: Sequence[int | str]) -> Rule:
    """The innermost rule on the way to that place, which is told in wire names; R201 if none is stated."""
    rule, inside = VALIDATION_ERRORS, model
    for step in location:
        field = next((one for one in inside.model_fields.values() if step == one.alias), None)
        if field is not None:
            rule = next((one for one in field.metadata if isinstance(one, Rule)), rule)
            inside = _model_in(field.annotation) or inside
    return rule


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The model that a field is, or has one of, or has many of."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for one in get_args(annotation) if (found := _model_in(one)) is not None), None)
