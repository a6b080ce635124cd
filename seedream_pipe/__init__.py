"""make for pictures that cost money: storyboards and picture pipelines on ByteDance Seedream.

    import seedream_pipe

    project = seedream_pipe.load("board.yaml")
    print(seedream_pipe.plan(project, provider="302ai").worst)
    record = seedream_pipe.run(project, provider="302ai", max_cost="2.50")
    for address, outcome in record.outcomes.items():
        match outcome:
            case seedream_pipe.outcomes.Made(takes=takes, price=price):
                print(address, takes[0].pictures, price)
            case seedream_pipe.outcomes.Held(worst=worst):
                print(address, "may have been charged, up to", worst)

What stands in `__all__` is the library; the rest may change. Each name is loaded when it
is first asked for, so that importing the package costs nothing.
"""

import sys
from types import ModuleType

from seedream_pipe.version import VERSION as __version__  # noqa: N811 - the name that Python knows

TYPE_CHECKING = False
if TYPE_CHECKING:
    from seedream_pipe import errors
    from seedream_pipe.api.face import (
        Forecast,
        Project,
        Record,
        RunOptions,
        Settings,
        Stop,
        events,
        load,
        outcomes,
        plan,
        run,
        run_async,
    )
    from seedream_pipe.errors import (
        Decided,
        Frozen,
        Interrupted,
        InvalidPipeline,
        OperationError,
        OverBudget,
        Owing,
        ProviderError,
        SeedreamError,
        StoreError,
        StoreInDoubt,
        StoreTooNew,
        UsageError,
    )

__all__ = [
    "Decided",
    "Forecast",
    "Frozen",
    "Interrupted",
    "InvalidPipeline",
    "OperationError",
    "OverBudget",
    "Owing",
    "Project",
    "ProviderError",
    "Record",
    "RunOptions",
    "SeedreamError",
    "Settings",
    "Stop",
    "StoreError",
    "StoreInDoubt",
    "StoreTooNew",
    "UsageError",
    "__version__",
    "errors",
    "events",
    "load",
    "outcomes",
    "plan",
    "run",
    "run_async",
]


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import seedream_pipe.errors as tree  # "from" would ask here again

    if name in tree.__all__:
        return getattr(tree, name)
    from seedream_pipe.api import face

    return getattr(face, name)


def __dir__() -> list[str]:
    return sorted(__all__)


class _Face(ModuleType):
    """The rooms `plan` and `run` do not get in the way of the functions of these names."""

    def __setattr__(self, name: str, value: object) -> None:
        if not (name in {"plan", "run"} and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Face
