"""The questions of a comparison, one file each."""
