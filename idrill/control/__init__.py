"""Set-points that somebody wants to change."""
