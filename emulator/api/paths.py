"""Finds the operation for a method and path, in one step a segment however many operations there are."""

from collections.abc import Iterable
from difflib import get_close_matches
from urllib.parse import unquote

from emulator.api.operation import Operation
from emulator.domain.refusals import InvalidRequest, MethodNotAllowed, PathNotFound, Violation


class _Node:
    __slots__ = ("children", "operations", "parameter")

    def __init__(self) -> None:
        self.children: dict[str, _Node] = {}
        self.parameter: _Node | None = None
        self.operations: dict[str, tuple[Operation, tuple[str, ...]]] = {}


class PathTable:
    """A tree of path segments, built once from the operations. A literal segment wins over a parameter."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        self._root = _Node()
        self._templates: list[str] = []
        for operation in operations:
            self._add(operation)

    def find(self, method: str, raw_path: str) -> tuple[Operation, dict[str, str]]:
        """The operation and its path parameters, decoded. Raises PathNotFound, MethodNotAllowed, InvalidRequest.

        HEAD is answered as GET is; a slash at the end does not matter.
        """
        node, values = self._node(method, raw_path)
        found = node.operations.get("GET" if method == "HEAD" else method)
        if found is None:
            raise MethodNotAllowed(method, raw_path, node.operations)
        operation, names = found
        return operation, {name: _decoded(value, name) for name, value in zip(names, values, strict=True)}

    def methods(self, raw_path: str) -> Iterable[str]:
        """The methods that the path answers. Raises PathNotFound."""
        return self._node("OPTIONS", raw_path)[0].operations

    def _node(self, method: str, raw_path: str) -> tuple[_Node, list[str]]:
        values: list[str] = []
        path = raw_path.removesuffix("/")
        node = self._walk(self._root, path.split("/")[1:], 0, values)
        if node is None:
            raise PathNotFound(method, raw_path, self._nearest(method, raw_path))
        return node, values

    def _add(self, operation: Operation) -> None:
        node, names = self._root, []
        for segment in operation.path.split("/")[1:]:
            if segment.startswith("{"):
                names.append(segment.strip("{}"))
                node.parameter = node.parameter or _Node()
                node = node.parameter
            else:
                node = node.children.setdefault(segment, _Node())
        node.operations[operation.method] = (operation, tuple(names))
        self._templates.append(f"{operation.method} {operation.path}")

    def _walk(self, node: _Node, segments: list[str], position: int, values: list[str]) -> _Node | None:
        if position == len(segments):
            return node if node.operations else None
        segment = segments[position]
        child = node.children.get(segment)
        if child is not None:
            found = self._walk(child, segments, position + 1, values)
            if found is not None:
                return found
        if node.parameter is None or not segment:
            return None
        values.append(segment)
        found = self._walk(node.parameter, segments, position + 1, values)
        if found is None:
            values.pop()
        return found

    def _nearest(self, method: str, path: str) -> str | None:
        nearest = get_close_matches(f"{method} {path}", self._templates, n=1, cutoff=0.5)
        return nearest[0] if nearest else None


def _decoded(segment: str, name: str) -> str:
    if "%" not in segment:
        return segment
    try:
        return unquote(segment, errors="strict")
    except UnicodeDecodeError:
        raise InvalidRequest([Violation(name, "is not valid UTF-8", "FORMAT", {"type": "STRING"})]) from None
