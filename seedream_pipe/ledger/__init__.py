"""The account of every call that can cost money: calls, budget, rate, claims.

Files are the truth, the index only says what they say. Never here: what an answer means,
and who sends. Only `run` and `api` come in.
"""
