"""What an instrument is, and how a file that says so is read and checked."""
