"""From a pipeline to tasks with recipes and keys. Pure: files come through the `Files` seam."""
