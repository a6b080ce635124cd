"""The pipeline file: text to tree, tree to records, records to problems. No I/O, no plan."""
