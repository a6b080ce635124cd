"""seedream-pipe: make for pictures that cost money."""
