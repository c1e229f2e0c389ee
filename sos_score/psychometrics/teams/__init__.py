"""Agreement within teams."""
