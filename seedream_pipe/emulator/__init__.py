"""A local server that speaks the image call of 302.AI, Volcengine Ark and BytePlus ModelArk.

It is the second reading of the wire contract (section 15): it imports nothing of
the rest of this package, so that a misreading cannot hide in client and server
alike. Here live what the services answer, the pictures, and the faults that a
test may ask for. Nothing that a client needs belongs here.

`Emulator` runs it inside a test, `serve` as a process, `Fault` is one thing that
goes wrong, `Options` are the switches that hold for every call.
"""

from seedream_pipe.emulator.faults import Fault, WrongScript, fault_from_json
from seedream_pipe.emulator.ledger import Billed, Download, Ledger, Request
from seedream_pipe.emulator.options import Options
from seedream_pipe.emulator.server import Emulator, serve

__all__ = [
    "Billed",
    "Download",
    "Emulator",
    "Fault",
    "Ledger",
    "Options",
    "Request",
    "WrongScript",
    "fault_from_json",
    "serve",
]
