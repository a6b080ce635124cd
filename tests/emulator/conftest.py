"""An emulator on a real port and the shortest way to ask it for something."""

import base64
import io
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from PIL import Image

from seedream_pipe.emulator import Emulator

CN_45 = "doubao-seedream-4-5-251128"

Ask = Callable[..., httpx.Response]


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with Emulator(keys=("test-key",)) as running:
        yield running


@pytest.fixture(scope="session")
def client() -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False, timeout=10) as opened:
        yield opened


@pytest.fixture
def ask(client: httpx.Client) -> Ask:
    """POST a generation: `ask(emulator, "ark", size="2K")`; a member set to `...` is left out."""

    def post(
        emulator: Emulator,
        provider: Any = "ark",
        *,
        key: str | None = "test-key",
        query: str = "",
        headers: dict[str, str] | None = None,
        **fields: Any,
    ) -> httpx.Response:
        body = {"model": CN_45, "prompt": "a cat", "size": "2048x2048", "watermark": False, **fields}
        sent = {name: value for name, value in body.items() if value is not ...}
        authorization = {"Authorization": f"Bearer {key}"} if key is not None else {}
        url = emulator.base_url(provider) + "/images/generations" + query
        return client.post(url, json=sent, headers={**authorization, **(headers or {})})

    return post


@pytest.fixture
def data_uri() -> Callable[..., str]:
    """A picture of a size as a data URI."""

    def made(width: int = 64, height: int = 64, kind: str = "png", word: str = "", mode: str = "RGB") -> str:
        data = io.BytesIO()
        Image.new(mode, (width, height)).save(data, kind)
        return f"data:image/{word or kind};base64,{base64.b64encode(data.getvalue()).decode()}"

    return made
