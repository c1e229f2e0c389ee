"""The parts of an instrument's definition."""
