"""A study as a folder for other programs: its data, what was found, and scripts that find it again."""
