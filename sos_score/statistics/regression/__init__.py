"""Least squares with robust errors."""
