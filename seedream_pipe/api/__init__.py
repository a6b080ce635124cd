"""The library's verbs: load, plan, run. The composition root: here the rooms meet, nowhere else."""
