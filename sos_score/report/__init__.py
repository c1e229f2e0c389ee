"""How results are shown and written; the only place that rounds and labels."""
