"""What a definition must satisfy beyond its form."""
