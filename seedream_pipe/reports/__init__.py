"""The record as text or JSON. Pure: `render(record) -> str`."""
