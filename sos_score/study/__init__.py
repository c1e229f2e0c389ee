"""The data of a study, scored once."""
