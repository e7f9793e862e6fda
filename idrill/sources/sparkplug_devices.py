"""Which node or device that speaks Sparkplug is which rig, as a file says it.

```toml
[[device]]
group = "North"
node = "EDGE_1"
device = "DRILLFLOOR"      # left out: the node itself
rig = "RIG_01"
map = "columns.toml"       # metrics whose channel is not recognised by name and unit
```
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from idrill.errors import SettingsError
from idrill.readers.columns import ColumnMap, load_map


class _Device(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    group: str = Field(min_length=1)
    node: str = Field(min_length=1)
    device: str | None = None
    rig: str = Field(pattern=r"^[A-Z0-9][A-Z0-9_-]{0,31}$")
    map: str | None = None


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    device: list[_Device] = Field(min_length=1)


Place = tuple[str, str, str | None]
"""Group, node, and device; None for the node itself."""


@dataclass(frozen=True, slots=True)
class Target:
    """Whose readings a device tells, and what is said of its metrics."""

    rig_id: str
    columns: ColumnMap


def load_devices(path: Path) -> Mapping[Place, Target]:
    """Which node or device is which rig.

    Raises:
        SettingsError: If the file cannot be read, or makes no sense.
        SourceError: If a map of columns makes none.
    """
    try:
        listed = _File.model_validate(tomllib.loads(path.read_text(encoding="utf-8"))).device
    except (OSError, ValueError) as error:
        first = error.errors()[0] if isinstance(error, ValidationError) else None
        problem = f"{'.'.join(map(str, first['loc']))}: {first['msg']}" if first else str(error)
        raise SettingsError(f"{path}: {problem}") from error
    found = {
        (one.group, one.node, one.device): Target(
            one.rig, load_map(path.parent / one.map) if one.map else ColumnMap()
        )
        for one in listed
    }
    if len(found) < len(listed):
        raise SettingsError(f"{path}: a device is named twice")
    return found
