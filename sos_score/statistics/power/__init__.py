"""What a design can find."""
