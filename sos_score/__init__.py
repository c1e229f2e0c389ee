"""Score survey instruments used to evaluate children's social care."""

__version__ = "0.1.0"
