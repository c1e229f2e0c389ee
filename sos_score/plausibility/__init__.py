"""Checks of published figures."""
