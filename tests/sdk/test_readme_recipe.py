"""The README's recipe for the SDK, run as it stands there."""

import os
from pathlib import Path

from tests.conftest import Server
from tests.readme import BLOCKS, run

HERE = Path(__file__).parent


def test_the_recipe_lists_the_fulfillments_of_an_order(node: str, server: Server) -> None:
    (recipe,) = [block.text for block in BLOCKS if block.language == "js"]
    script = HERE / f"readme-{os.getpid()}.mjs"
    script.write_text(recipe, encoding="utf-8")
    try:
        assert run(f"{node} {script}", server) == "2 fulfillments\n"
    finally:
        script.unlink()
