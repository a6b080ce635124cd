"""Operations: makers that are functions. Local, free, deterministic; one file each.

Rule 1: each raises its VERSION in the commit that changes a byte of what it makes: the
number is in the key, and no picture is made again without it.
Rule 2: parameters are read without Pillow, which only `apply` loads: what is up to date
needs no picture library.

Nobody but the catalog comes in.
"""
