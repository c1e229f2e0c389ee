"""What `validate` finds, and the forms in which it says so."""
