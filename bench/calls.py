"""Many pictures over HTTP: the whole tool beside a plain loop on one httpx client.

    python -m bench.calls BASE_URL COUNT IN_FLIGHT FORMAT

is the plain loop: the same requests, the same downloads, nothing written down.
"""

from __future__ import annotations

import asyncio
import base64
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx


async def plain(base_url: str, count: int, in_flight: int, response_format: str) -> None:
    """Buy and download so many pictures with one stock client."""
    slots = asyncio.Semaphore(in_flight)
    limits = httpx.Limits(max_connections=in_flight)
    with TemporaryDirectory() as folder:
        async with httpx.AsyncClient(timeout=180, limits=limits, trust_env=False) as client:

            async def one(number: int) -> None:
                async with slots:
                    answer = await client.post(
                        f"{base_url}/images/generations",
                        headers={"Authorization": "Bearer bench"},
                        json={
                            "model": "doubao-seedream-4-5-251128",
                            "prompt": f"picture {number}",
                            "size": "2560x1440",
                            "sequential_image_generation": "disabled",
                            "response_format": response_format,
                            "stream": False,
                            "watermark": False,
                        },
                    )
                    answer.raise_for_status()
                    element = answer.json()["data"][0]
                    if "url" in element:
                        data = (await client.get(element["url"])).raise_for_status().content
                    else:
                        data = base64.b64decode(element["b64_json"])
                    await asyncio.to_thread((Path(folder) / f"{number}.jpg").write_bytes, data)

            await asyncio.gather(*(one(number) for number in range(count)))


if __name__ == "__main__":
    asyncio.run(plain(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]))
