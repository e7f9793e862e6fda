"""Remaining useful life: learned on lives of components, judged on lives never seen."""
