import shutil

import pytest

from tests.torture.scene import Stage, quick_folder


@pytest.fixture(scope="session")
def stage():
    """One for all: what it has to import takes longer than a point."""
    top = quick_folder()
    with Stage(top=top) as opened:
        yield opened
    shutil.rmtree(top, ignore_errors=True)
