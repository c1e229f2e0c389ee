"""Survey platforms: what each writes around the answers."""
