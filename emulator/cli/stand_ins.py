"""Stands in for modules that libraries import at every start, that take long, and that the emulator does not use."""

import sys
from collections.abc import Mapping
from importlib import import_module
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

# By module, the names that libraries take from it at a start, and what they get.
_STAND_INS: Mapping[str, Mapping[str, Any]] = {
    # Where pydantic looks for plugins: it imports what reads packages' metadata, even if it is told to look for none.
    "pydantic.plugin._loader": {"get_plugins": tuple},
    # Where uvicorn has its reloader and its worker processes: it imports multiprocessing and watchfiles for them.
    "uvicorn.supervisors": {"ChangeReload": None, "Multiprocess": None},
}


def install() -> None:
    """From now on, import these modules only if something else is asked of them."""
    for name, members in _STAND_INS.items():
        sys.modules.setdefault(name, _StandIn(name, members))


class _StandIn(ModuleType):
    """Has these members; whatever else is asked of it comes from the real module, which then takes its place."""

    def __init__(self, name: str, members: Mapping[str, Any]) -> None:
        super().__init__(name)
        self.__spec__ = ModuleSpec(name, None)
        vars(self).update(members)

    def __getattr__(self, name: str) -> Any:
        if name == "__path__":  # where modules below it are
            package, _, folder = self.__name__.rpartition(".")
            return [str(Path(parent, folder)) for parent in import_module(package).__path__]
        if name.startswith("__"):
            raise AttributeError(name)
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return getattr(import_module(self.__name__), name)
