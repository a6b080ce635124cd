"""What was bought: bytes under their digest, results under their key. The one way to write."""
