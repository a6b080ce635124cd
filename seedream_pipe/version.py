"""The version of this package, said once.

The build reads it from the source text and ``--version`` prints it, so this module imports nothing.
"""

from typing import Final

VERSION: Final = "0.1.0"
