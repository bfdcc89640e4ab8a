"""The root of the refusals and their categories, each with Wix's name for its status."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, NamedTuple, Self

from emulator.domain import rules
from emulator.domain.rules import Rule


class Violation(NamedTuple):
    """One entry of `fieldViolations`: a field in wire names from the request's root, and what is wrong with it."""

    field: str
    description: str
    violated_rule: str
    data: Mapping[str, Any] | None = None
    rule: Rule = rules.VALIDATION_ERRORS


class Refusal(Exception):  # noqa: N818 - a refusal is not an error of ours
    """The root: something the API declines to do, by a rule."""

    status_name: ClassVar[str]
    code: ClassVar[str]
    documented_message: ClassVar[str | None] = None
    rule: Rule
    data: Mapping[str, Any]

    @property
    def message(self) -> str:
        """What was asked, what is allowed and, where it helps, how to fix it."""
        return str(self)

    def at_rest(self) -> Self:
        """The refusal, to be kept: without the way it came, whose frames would stay with all that they hold."""
        self.__traceback__ = self.__cause__ = self.__context__ = None
        return self


class InvalidRequest(Refusal):
    """The request's form is wrong. Carries all its violations (R201)."""

    status_name = code = "INVALID_ARGUMENT"

    def __init__(self, violations: Iterable[Violation]) -> None:
        self.violations = tuple(violations)
        self.rule = self.violations[0].rule
        self.data = {"fields": [violation.field for violation in self.violations]}
        super().__init__(
            "; ".join(f"{violation.field} {violation.description}".strip() for violation in self.violations)
        )

    def under(self, path: str) -> "InvalidRequest":
        """The same of what stands at that path in the request."""
        return InvalidRequest(one._replace(field=f"{path}.{one.field}".rstrip(".")) for one in self.violations)


class ApplicationRefusal(Refusal):
    """The request is well formed, but a rule of the application forbids it (R202)."""

    def __init__(self, message: str, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.data = dict(data or {})


class InvalidArgument(ApplicationRefusal):
    """A value that cannot be used for this order."""

    status_name = "INVALID_ARGUMENT"


class NotFound(ApplicationRefusal):
    """Something the request names does not exist."""

    status_name = "NOT_FOUND"


class AlreadyExists(ApplicationRefusal):
    """Something the request would make exists already."""

    status_name = "ALREADY_EXISTS"


class FailedPrecondition(ApplicationRefusal):
    """The order is not in a state that allows this."""

    status_name = "FAILED_PRECONDITION"


class ControlRefusal(ApplicationRefusal):
    """What the control plane alone declines; Wix has no such answer."""


class ControlNotFound(ControlRefusal):
    """Something of the emulator's own that a request to the control plane names and that does not exist."""

    status_name = "NOT_FOUND"
    rule = rules.UNKNOWN_PATHS
