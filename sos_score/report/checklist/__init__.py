"""A first draft of what a journal asks for: results in words, and two checklists of reporting."""
