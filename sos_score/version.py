"""The version of sos-score."""

__version__ = "0.1.0"
