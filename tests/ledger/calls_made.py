"""Intents and calls for tests, made short."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from seedream_pipe.digest import Key
from seedream_pipe.ledger.model import Intent

ROOT = Path(__file__).resolve().parents[2]
KEY = Key("ab" * 32)
OTHER = Key("cd" * 32)
INTENT = Intent(
    key=KEY,
    task="shots@sc01_010",
    provider="302ai",
    model="seedream-4.5",
    shown={"prompt": "夜市，猫", "image": ["sha256:00ff"]},
    pictures=1,
    worst=Decimal("0.04"),
    currency="USD",
    client_id="20261122140311000000000000000000",
)


def intent(*, key: Key = KEY, worst: str = "0.04", pictures: int = 1, currency: str = "USD") -> Intent:
    return replace(INTENT, key=key, worst=Decimal(worst), pictures=pictures, currency=currency)
