"""The command line: one command a file, a thin reader of the library."""
