"""What people decided of a pipeline's tasks: ``<pipeline>.picks.yaml``, read and edited line by line.

`model` has the records, `file` reads them, `lines` edits the text. Nobody here knows a task:
what a decision means for one is the plan's business.
"""
