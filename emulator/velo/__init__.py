"""Floor 7: a Velo site's backend code, run offline by Node against an emulator."""

from emulator.velo.node import NodeMissing
from emulator.velo.site import VeloError, VeloSite, velo_sites

__all__ = ["NodeMissing", "VeloError", "VeloSite", "velo_sites"]
