"""Version: the version of palate, which builds read from this file."""

__version__ = "0.1.0"
