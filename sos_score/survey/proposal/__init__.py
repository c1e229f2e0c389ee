"""A column map proposed from what a file shows: ids, numbers in order, header text, and the answers themselves."""
