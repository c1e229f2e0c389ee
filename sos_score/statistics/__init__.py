"""Statistics on arrays, which know nothing of instruments or studies."""
