"""Documents: bytes that can be read again and again, unpacked and decoded, whatever their format."""
