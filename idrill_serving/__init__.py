"""i-Drill answering requests. Nothing is served yet; the package holds the place of the service."""
