"""What an error looks like (RFC 9457)."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class Fault(BaseModel):
    """A part of a request that makes no sense."""

    model_config = ConfigDict(populate_by_name=True)

    where: Annotated[list[str], Field(alias="in", examples=[["query", "limit"]])]
    kind: Annotated[str, Field(examples=["greater_than_equal"])]
    message: Annotated[str, Field(examples=["Input should be greater than or equal to 1"])]


class Problem(BaseModel):
    """A problem document; `code` is for programs and never changes."""

    type: Annotated[str, Field(examples=["urn:idrill:problem:not_found"])]
    title: Annotated[str, Field(examples=["Not Found"])]
    status: Annotated[int, Field(examples=[404])]
    code: Annotated[str, Field(examples=["not_found"])]
    detail: Annotated[str, Field(examples=["no rig that you may see is called 'RIG_09'"])]
    instance: Annotated[str, Field(examples=["/api/v1/rigs/RIG_09"])]
    request_id: Annotated[str, Field(examples=["6f0c9d0e4b7d4c25b1a3c5e2a9f1d7b3"])]
    errors: list[Fault] | None = None
