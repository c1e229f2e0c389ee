"""Mixed models of nested scores."""
