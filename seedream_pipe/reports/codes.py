"""What each code of a command or a run means: what it may have cost, and what to do.

Codes of findings in files are in `reports.rules`. A released code keeps its meaning.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from seedream_pipe.reports.rules import Rule

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["CODES"]

CODES: Final[Mapping[str, Rule]] = MappingProxyType(
    {
        "E-ACCOUNT": Rule(
            "The account or its key cannot buy",
            "Not charged, and nothing more is sent. Mend the key, the balance or the quota, then run.",
        ),
        "E-APPROVED": Rule(
            "A task is approved, and neither the store nor the output folder has its pictures",
            "Nothing was sent. Bring the store that has them, or let it go: approve --release.",
        ),
        "E-BUDGET": Rule(
            "A cap is reached, nobody confirmed the price, or it is not known",
            "Nothing was sent beyond it. Raise the cap that is named, confirm with --yes, or say --price.",
        ),
        "E-BUG": Rule(
            "A fault of seedream-pipe",
            "What was bought is in the store, every call in its account. Run it with --debug and report it.",
        ),
        "E-BUSY": Rule(
            "The service had no room, and several tries did not help", "Not charged. Run again later."
        ),
        "E-FAILED": Rule("A command could not do its work", "The message says why."),
        "E-FETCH": Rule(
            "Paid for, and not yet downloaded",
            "Run again before the links die, 24 hours after they came. It costs nothing more.",
        ),
        "E-FILES": Rule(
            "The system allows too few open files", "Nothing more was sent. Raise the limit: ulimit -n 1024."
        ),
        "E-FROZEN": Rule(
            "There is work, or the lock says otherwise, and --frozen allows neither",
            "Nothing was sent. Run without --frozen.",
        ),
        "E-HELD": Rule(
            "Calls are held, and the user's settings stop a run then",
            "Nothing was sent. Look at them with held, then drop or retry them.",
        ),
        "E-HOLE": Rule(
            "A picture of a series did not come",
            "The others are kept. The note says whether it was refused, failed or lost.",
        ),
        "E-INTERRUPTED": Rule("A signal stopped the run", "What was bought is kept. Run again to go on."),
        "E-LINK-DEAD": Rule(
            "Paid for, and its link is dead",
            "The picture is lost. It is not bought again until you say held retry.",
        ),
        "E-LOST": Rule(
            "A picture of the store is damaged or gone",
            "It was paid for once. plan says what making it again costs; --retry-lost buys it again.",
        ),
        "E-MEMORY": Rule("There is not enough memory", "Nothing more was sent. Ask for less at once: -j 1."),
        "E-NOT-MADE": Rule(
            "The service refused the request as it is",
            "Not charged, and the same request would fail again. The message says what to mend.",
        ),
        "E-NOT-SENT": Rule(
            "No connection to the service", "Nothing was sent, so nothing was charged. Run again."
        ),
        "E-OPERATION": Rule(
            "An operation does not suit the pictures that it was given",
            "Nothing was sent. Mend its parameters, or its images.",
        ),
        "E-PIPELINE": Rule(
            "The pipeline has problems", "Nothing was sent. Each problem is told with its place and a remedy."
        ),
        "E-PROVIDER": Rule(
            "The provider cannot be used as it is set up",
            "Nothing was sent. A key is missing, or it does not serve the model.",
        ),
        "E-REFERENCE": Rule(
            "A reference cannot be had", "Nothing was sent for the task. The message names it."
        ),
        "E-REFUSED": Rule(
            "The content filter refused the prompt, a reference or the picture",
            "Not charged, and not sent again by itself: change the prompt, or run with --retry-refused.",
        ),
        "E-STOPPED": Rule("The run was stopped before the task's turn", "Run again to go on."),
        "E-STORE": Rule(
            "The store cannot be read or written",
            "Nothing more is sent. What was recorded is kept; mend what is named, then run again.",
        ),
        "E-STORE-NEWER": Rule(
            "The store was written by a newer version", "It was left untouched. Update seedream-pipe."
        ),
        "E-SYSTEM": Rule("The system refused something", "Mend that, then run the same again."),
        "E-UNCERTAIN": Rule(
            "A call was sent, and nobody knows what became of it",
            "It may have been charged, and is not sent again. Look it up in the provider's console by its"
            " time and ids, then held drop (not charged) or held retry (send it again).",
        ),
        "E-USAGE": Rule("The command line or a setting is wrong", "The message says what is expected."),
        "E-WAITS": Rule("What the task needs did not come", "It goes on when that is there."),
        "W-STORE-OPEN": Rule(
            "Every user of the machine can write where the store is",
            "One of them could put another store in its place. Take the permission away.",
        ),
    }
)
