"""The JSON Schemas, one file each, read as the package ``seedream_pipe.schemas``.

They stand at the top level because people and editors look for them there. Nothing but schemas belongs here.
"""
