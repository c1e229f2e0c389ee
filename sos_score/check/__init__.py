"""Everything about a file of answers before it is believed."""
