"""Questionnaires as other programs keep them, read as items, answers and scales."""
