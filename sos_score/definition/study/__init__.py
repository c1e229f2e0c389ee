"""A study file: its sites, arms, waves, sources and plan."""
