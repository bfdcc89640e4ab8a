"""Every statement about Wix's behaviour that the emulator enforces, with its evidence and source.

A module for each hundred of numbers; here are all of them.

`documented`: an official page or package says it. `observed`: seen in the real SDK, a recorded answer or live
client code. `inferred`: our choice where Wix is silent; its setting, where there is one, makes the other.
"""

from collections.abc import Mapping
from types import MappingProxyType

from emulator.domain.rules.fulfillments import *
from emulator.domain.rules.lifecycle import *
from emulator.domain.rules.orders import *
from emulator.domain.rules.rule import Evidence as Evidence
from emulator.domain.rules.rule import Rule as Rule
from emulator.domain.rules.sign_in import *
from emulator.domain.rules.velo import *
from emulator.domain.rules.webhooks import *
from emulator.domain.rules.wire import *

RULES: Mapping[str, Rule] = MappingProxyType(
    {rule.id: rule for rule in sorted(one for one in list(globals().values()) if isinstance(one, Rule))}
)
