"""How each question of a comparison is shown, one file each, for every medium."""
