"""A run in a process of its own, which a test may kill. Prints the record as JSON.

python -m tests.api.process FILE BASE_URL [SETTING=VALUE …]
"""

import asyncio
import json
import signal
import sys
from typing import Any

import seedream_pipe
from seedream_pipe.run.stop import Stop
from tests.api.board import KEYS


async def work(file: str, base_url: str, **settings: Any) -> int:
    stop, came = Stop(), []

    def signalled() -> None:
        (stop.abandon if came else stop.drain)("a signal")
        came.append(1)

    asyncio.get_running_loop().add_signal_handler(signal.SIGINT, signalled)
    record = await seedream_pipe.run_async(
        file, provider="302ai", base_url=base_url, yes=True, jobs=4, environment=KEYS, stop=stop, **settings
    )
    print(json.dumps(record.tree()))
    return 130 if came else record.exit_code


if __name__ == "__main__":
    further = dict(word.split("=", 1) for word in sys.argv[3:])
    sys.exit(asyncio.run(work(sys.argv[1], sys.argv[2], **further)))
