"""Benchmarks: ratios in one run, printed and never asserted. `make bench`."""
