"""Every rule that `validate` knows: its id, why it is one, and a bad and a good example."""
