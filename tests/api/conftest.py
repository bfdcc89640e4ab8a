"""The emulator of the API tests: without orders but those that a test makes."""

import pytest
from starlette.testclient import TestClient

from emulator.settings import Settings
from tests.api.shop import Shop


@pytest.fixture
def settings() -> Settings:
    return Settings(seed=("empty",))


@pytest.fixture
def shop(api: TestClient) -> Shop:
    return Shop(api)
