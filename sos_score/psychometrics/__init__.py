"""Whether a score means anything: reliability, agreement, raters."""
