"""What all bodies have in common."""

from pydantic import BaseModel, ConfigDict


class Strict(BaseModel):
    """A body that may hold what is named and nothing else."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Answer(BaseModel):
    """What is answered, read off the library's own dataclasses."""

    model_config = ConfigDict(from_attributes=True, frozen=True)
