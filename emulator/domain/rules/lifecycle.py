"""R6xx: the simulation of a parcel's way."""

from emulator.domain.rules.rule import TYPES, Rule

LIFECYCLE = Rule(
    "R601",
    "With the lifecycle on, a fulfillment walks Pending, Accepted, Ready, In_Delivery, Fulfilled on the site's clock, from the status that "
    "it has; each step is an update with its webhook.",
    "inferred",
    f"the emulator's own: {TYPES} names the statuses and their usual order, carriers report them in their own time",
    "lifecycle",
)
LIFECYCLE_YIELDS = Rule(
    "R602",
    "A status that a call sets counts: the walk goes on from there, its waiting time begins again; a deleted fulfillment walks no more.",
    "inferred",
    "the emulator's own",
)
