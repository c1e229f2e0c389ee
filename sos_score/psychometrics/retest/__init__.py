"""Stability and reliable change."""
