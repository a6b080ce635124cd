"""Models and providers as data: ids, sizes, limits, prices, rates."""
