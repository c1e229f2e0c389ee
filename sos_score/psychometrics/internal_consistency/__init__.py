"""Reliability of a scale from its items."""
