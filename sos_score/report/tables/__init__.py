"""The tables of a comparison, for every medium."""
