"""Versions, alone in their file so that `--version` and an up-to-date run read nothing else."""

VERSION = "0.1.0"

MAKER_VERSIONS = {"seedream": 1, "preview": 1}
"""What of a maker is in the key. A number rises in the commit that changes the maker's pictures."""
