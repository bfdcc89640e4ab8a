"""What a model looks like from outside: its fields in wire names, what is inside of them, and which rules say so."""

from collections.abc import Sequence
from typing import Any, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from emulator.domain.rules import VALIDATION_ERRORS, Rule


def wire_fields(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """The model's fields by their names on the wire."""
    return {field.alias or name: field for name, field in model.model_fields.items()}


def model_in(annotation: Any) -> type[BaseModel] | None:
    """The model that the annotation holds, be it optional or an array; None for maps and scalars."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if get_origin(annotation) is dict:
        return None
    return next((found for one in get_args(annotation) if (found := model_in(one)) is not None), None)


def is_array(annotation: Any) -> bool:
    """Whether the annotation is an array, be it optional."""
    return get_origin(annotation) in (tuple, list) or any(map(is_array, get_args(annotation)))


def rule_at(model: type[BaseModel], location: Sequence[int | str]) -> Rule:
    """The rule that states how the field at that place, told in wire names, must look; R201 if none does.

    A rule among the metadata of a field is about all that is inside of it; the innermost one counts.
    """
    rule, inside = VALIDATION_ERRORS, model
    for step in location:
        field = wire_fields(inside).get(str(step))
        if field is not None:
            rule = next((one for one in field.metadata if isinstance(one, Rule)), rule)
            inside = model_in(field.annotation) or inside
    return rule
