"""The operation table: every call that the emulator answers, once."""

from emulator.api.control_routes import CONTROL
from emulator.api.emulated_routes import EMULATED
from emulator.api.operation import Operation

OPERATIONS: tuple[Operation, ...] = (*EMULATED, *CONTROL)
