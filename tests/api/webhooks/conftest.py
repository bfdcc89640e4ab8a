from collections.abc import Iterator

import pytest

from emulator.settings import Settings
from tests.api.webhooks.steering import FIRST, NOW, SECOND
from tests.webhooks.receiver import Receiver, receiving


@pytest.fixture
def settings() -> Settings:
    return Settings(
        seed=("empty",),
        delivery="manual",
        time=NOW,
        random_seed=1,
        webhook_url=(FIRST, SECOND),
    )


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as running:
        yield running
