"""Finds the operation for a method and path, among the few templates of as many segments."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from operator import itemgetter
from urllib.parse import unquote

from emulator.api.operation import Operation
from emulator.domain.refusals import InvalidRequest, MethodNotAllowed, PathNotFound, Violation

_ID = re.compile(r"/(\{[^/]*\}|[^/]*\d{2}[^/]*|[^/]{30,})")


class _Template:
    """A path with its parameters, and the operations that it has by method, each with its names for the parameters."""

    def __init__(self, segments: Sequence[str]) -> None:
        self.is_parameter = [segment.startswith("{") for segment in segments]
        self.operations: dict[str, tuple[Operation, Sequence[str]]] = {}
        self._literals = _picking(position for position, it_is in enumerate(self.is_parameter) if not it_is)
        self._values = _picking(position for position, it_is in enumerate(self.is_parameter) if it_is)
        self._expected = self._literals(segments)

    def values(self, segments: Sequence[str]) -> Sequence[str] | None:
        """What a path of as many segments has in the places of the parameters; None if it is another's."""
        if self._literals(segments) != self._expected:
            return None
        values = self._values(segments)
        return None if "" in values else values

    def add(self, operation: Operation, segments: Sequence[str]) -> None:
        """Have the operation answer its method."""
        self.operations[operation.method] = operation, tuple(name.strip("{}") for name in self._values(segments))


class PathTable:
    """Templates by their number of segments, built once from the operations. A literal wins over a parameter."""

    def __init__(
        self, operations: Iterable[Operation], everything: Callable[[], Iterable[Operation]] | None = None
    ) -> None:
        """`everything` gives all operations, for these are only the first; it is called for a path that has none."""
        self._build(operations)
        self._everything = everything

    def _build(self, operations: Iterable[Operation]) -> None:
        templates: dict[tuple[str, ...], _Template] = {}
        self._lines: list[str] = []
        for operation in operations:
            segments = operation.path.split("/")
            shape = tuple("{}" if segment.startswith("{") else segment for segment in segments)
            templates.setdefault(shape, _Template(shape)).add(operation, segments)
            self._lines.append(f"{operation.method} {operation.path}")
        self._templates: defaultdict[int, list[_Template]] = defaultdict(list)
        for template in sorted(templates.values(), key=lambda one: one.is_parameter):
            self._templates[len(template.is_parameter)].append(template)

    def find(self, method: str, raw_path: str) -> tuple[Operation, dict[str, str]]:
        """The operation and its path parameters, decoded. Raises PathNotFound, MethodNotAllowed, InvalidRequest.

        HEAD is answered as GET is; a slash at the end does not matter.
        """
        template, values = self._template(method, raw_path)
        found = template.operations.get("GET" if method == "HEAD" else method)
        if found is None:
            raise MethodNotAllowed(method, raw_path, template.operations)
        operation, names = found
        if "%" in raw_path:
            values = list(map(_decoded, values, names))
        return operation, dict(zip(names, values, strict=True))

    def methods(self, raw_path: str) -> Iterable[str]:
        """The methods that the path answers. Raises PathNotFound."""
        return self._template("OPTIONS", raw_path)[0].operations

    def _template(self, method: str, raw_path: str) -> tuple[_Template, Sequence[str]]:
        segments = raw_path.removesuffix("/").split("/")
        for template in self._templates.get(len(segments), ()):
            values = template.values(segments)
            if values is not None:
                return template, values
        if self._everything is not None:
            self._build(self._everything())
            self._everything = None
            return self._template(method, raw_path)
        raise PathNotFound(method, raw_path, self._nearest(method, raw_path))

    def _nearest(self, method: str, path: str) -> str | None:
        from difflib import get_close_matches

        shapes = {_shape(line): line for line in self._lines}
        alike = [shape for shape in shapes if shape.startswith(f"{method} ")]
        asked = _shape(f"{method} {path}")
        # Who has the method right and the path wrong is more frequent than the other way round.
        near = get_close_matches(asked, alike, n=1, cutoff=0.7) or get_close_matches(asked, shapes, n=1, cutoff=0.5)
        return shapes[near[0]] if near else None


def _shape(line: str) -> str:
    """The line with all parameters and all that looks like an id alike: they are not what makes a path another one."""
    return _ID.sub("/{}", line)


def _picking(positions: Iterable[int]) -> Callable[[Sequence[str]], tuple[str, ...]]:
    """What takes the segments at these positions."""
    chosen = tuple(positions)
    if not chosen:
        return lambda segments: ()  # noqa: ARG005 - called like the others
    if len(chosen) == 1:
        return lambda segments: (segments[chosen[0]],)
    return itemgetter(*chosen)


def _decoded(segment: str, name: str) -> str:
    try:
        return unquote(segment, errors="strict")
    except UnicodeDecodeError:
        raise InvalidRequest([Violation(name, "is not valid UTF-8", "FORMAT", {"type": "STRING"})]) from None
