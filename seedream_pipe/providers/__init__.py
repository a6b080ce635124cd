"""Makers across a network. Each folder implements `makers.Provider`; only `catalog` lists them."""
