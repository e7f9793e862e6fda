"""Rigs that do not exist: physics, people, faults and sensors drawn from stated distributions."""
