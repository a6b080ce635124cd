"""What was bought: bytes under their digest, results under their key. The one way to write.

Belongs here: everything below ``.seedream`` but calls and their account (`ledger`).
Never here: what a key or a picture means. `ledger` and whoever keeps results may come in.
"""
