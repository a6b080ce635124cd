"""The account of every call that can cost money: calls, budget, rate, claims."""
