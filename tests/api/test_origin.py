from dataclasses import replace

import pytest

from seedream_pipe import Settings
from seedream_pipe.api.origin import local_server
from seedream_pipe.run.reasons import ByTestServer
from seedream_pipe.store.folder import Store
from tests.api.board import simple_board, singles, to_make


@pytest.fixture
def shots(tmp_path, emulator):
    return simple_board(tmp_path / "shots", emulator, singles(2))


@pytest.mark.parametrize(
    ("provider", "url", "origin"),
    [
        ("302ai", None, ""),
        ("302ai", "http://127.0.0.1:8080/doubao", "127.0.0.1:8080"),
        ("302ai", "http://localhost:8080", "localhost:8080"),
        ("302ai", "http://[::1]:8080", "[::1]:8080"),
        ("302ai", "https://relay.example/doubao", ""),
        ("302ai", "https://127.0.0.1.example", ""),
        ("preview", "http://127.0.0.1:8080", ""),
    ],
)
def test_a_test_server_is_an_api_on_this_machine(provider, url, origin):
    assert local_server(Settings(provider=provider, base_url=url)) == origin


def test_a_real_api_buys_what_a_test_server_made(shots):
    shots.run()
    assert to_make(shots.plan()) == []
    real = shots.plan(base_url="https://relay.example/doubao")
    assert to_make(real) == ["shots@s00", "shots@s01"]
    origin = shots.settings["base_url"].split("/")[2]
    assert {each.decision.reason for each in real.tasks.values()} == {ByTestServer(origin=origin)}
    assert real.pictures == 2


def test_what_was_bought_is_reused_with_a_test_server(shots):
    shots.run()
    results = Store.open(shots.folder / ".seedream").results
    for key in list(results):
        results.put(replace(results.get(key).result, origin=""))
    assert to_make(shots.plan(base_url="https://relay.example/doubao")) == []
    assert to_make(shots.plan()) == []
