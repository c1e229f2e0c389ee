"""Survey exports: what is in the file, which column holds which item, what each answer means."""
