"""`python docs/physics_pictures.py [NAME …]` draws the pictures of docs/physics.md."""

import sys

import bit_pictures
import fluid_pictures
import matplotlib
import string_pictures
import wear_pictures
from drawing import Picture, save

PICTURES: dict[str, Picture] = {
    **fluid_pictures.PICTURES,
    **bit_pictures.PICTURES,
    **string_pictures.PICTURES,
    **wear_pictures.PICTURES,
}
"""What is drawn, by the name of its file."""


def main(names: list[str]) -> int:
    """Draw the pictures of these names, or all."""
    if unknown := set(names) - set(PICTURES):
        print(f"no picture {', '.join(sorted(unknown))}; there are {', '.join(PICTURES)}")
        return 2
    for name in names or PICTURES:
        save(name, PICTURES[name])
    return 0


if __name__ == "__main__":
    matplotlib.use("Agg")
    sys.exit(main(sys.argv[1:]))
