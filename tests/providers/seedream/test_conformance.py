"""Seedream keeps the contract at all three providers, in both ways of answering."""

import pytest

from seedream_pipe import profiles
from seedream_pipe.emulator import Emulator
from seedream_pipe.providers.seedream.client import Seedream
from seedream_pipe.settings import Secret
from tests.providers.conformance import Conformance


@pytest.mark.parametrize("response_format", ["url", "b64_json"])
@pytest.mark.parametrize("provider", ["302ai", "ark", "byteplus"])
class TestSeedream(Conformance):
    @pytest.fixture
    def make(self, provider, response_format):
        with Emulator(keys=("test-key",)) as emulator:
            yield lambda: Seedream(
                profiles.provider(provider),
                key=Secret("test-key"),
                base_url=emulator.base_url(provider),
                response_format=response_format,
                environment={},
            )
