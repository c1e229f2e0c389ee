"""What is wrong with a file of answers, and where."""
