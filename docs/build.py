"""`make docs`: writes what the code knows better into the pages, and checks every link."""

import json
import re
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sqlalchemy import Table

from idrill.channels import BY_NAME, CHANNELS
from idrill.frame import channels_in, quality_of, sd_of
from idrill.store.orm import METADATA
from idrill.store.orm.columns import Row
from idrill.store.tables import TABLES, LakeTable
from idrill.streams import asyncapi

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "channels.md"
DATA = ROOT / "docs" / "data.md"
MESSAGES = ROOT / "docs" / "messages.md"
ASYNCAPI = ROOT / "docs" / "asyncapi.json"

HEAD = """# Channels

Every quantity that i-Drill knows, written by `make docs` from `idrill/channels.py`, the only place
where these stand. A single pit is a detail: aggregates and lists leave it out unless asked.

| channel | unit | from | to | per second | noise | WITS 0 | WITSML and LAS |
|---|---|---:|---:|---:|---:|---|---|
"""

_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)|(?:src|href)=\"([^\"]+)\"")
_FENCE = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)


def channels_page() -> str:
    """The table of channels, in Markdown."""
    rows = (
        f"| `{one.name}` | {one.unit} | {one.low:g} | {one.high:g} | {one.max_rate:g} "
        f"| {one.sigma:g} | {' '.join(one.wits0)} | {' '.join(one.witsml)} |\n"
        for one in CHANNELS
    )
    return HEAD + "".join(rows)


def data_page() -> str:
    """The page about lake and store, with the tables as they are declared."""
    page = DATA.read_text()
    for name, table in (("lake", _lake_tables()), ("store", _store_tables())):
        begin, end = f"<!-- {name}: written by make docs -->\n", "<!-- end -->"
        head, _, rest = page.partition(begin)
        page = f"{head}{begin}{table}{end}{rest.partition(end)[2]}"
    return page


def _lake_tables() -> str:
    rows = (
        f"| `{table.name}` | {', '.join(table.partition_by)} | {', '.join(table.sort_by)} "
        f"| {_columns_of(table)} |\n"
        for table in TABLES.values()
    )
    return "| table | a partition per | sorted by | columns |\n|---|---|---|---|\n" + "".join(rows)


def _columns_of(table: LakeTable) -> str:
    channels = set(channels_in(table.schema.names()))
    beside = {name for one in channels for name in (one, quality_of(one), sd_of(one))}
    plain = [name for name in table.schema if name not in beside]
    return ("wide: " if table.is_wide else "") + ", ".join(f"`{name}`" for name in plain)


UNMAPPED = {"live_readings": "One instant of one rig; null where nobody told a value."}
"""What a row is of a table that is made from the channels."""


def _store_tables() -> str:
    meanings = UNMAPPED | {
        str(mapper.local_table): (mapper.class_.__doc__ or "").partition("\n")[0]
        for mapper in Row.registry.mappers
    }
    rows = (
        f"| `{table.name}` | {meanings[table.name]} | " + _columns(table) + " |\n"
        for table in sorted(METADATA.sorted_tables, key=lambda table: table.name)
    )
    return "| table | a row is | columns, the key bold |\n|---|---|---|\n" + "".join(rows)


def _columns(table: Table) -> str:
    wide = table.name in UNMAPPED
    told = (
        f"**{one.name}**" if one.primary_key else one.name
        for one in table.columns
        if not (wide and one.name in BY_NAME)
    )
    return ("wide: " if wide else "") + ", ".join(told)


def asyncapi_document() -> str:
    """The messages of the stream, as AsyncAPI 3.0."""
    told = asyncapi.document(version("idrill"), "idrill.readings")
    return json.dumps(told, indent=2, ensure_ascii=False) + "\n"


def messages_page() -> str:
    """The messages of the stream, in Markdown."""
    told = json.loads(asyncapi_document())
    schemas = told["components"]["schemas"]
    parts = [MESSAGES_HEAD]
    for one in told["components"]["messages"].values():
        payload = one["payload"]["$ref"].rpartition("/")[2]
        parts.append(f"## {one['title']}: `{one['name']}`\n\n{_fields(schemas[payload])}")
        for example in one["examples"]:
            shown = json.dumps(example["payload"], indent=1, ensure_ascii=False)
            parts.append(f"For example ({example['name']}):\n\n```json\n{shown}\n```\n")
    parts.append("## Parts\n")
    for name in ("Row", "Columns", "RegisterRig", "RegisterFacility", "SwitchSensor"):
        about = schemas[name].get("description", "")
        parts.append(f"### {name}\n\n{about}\n\n{_fields(schemas[name])}")
    return "\n".join(parts)


MESSAGES_HEAD = """# Messages of the stream

Written by `make docs` from the models that read them; the same as AsyncAPI 3.0 is
[asyncapi.json](asyncapi.json), which the service answers at `/asyncapi.json`. How they are sent,
and what is promised, stands in [streams.md](streams.md).
"""


def _fields(schema: dict[str, Any]) -> str:
    required = set(schema.get("required", ()))
    rows = (
        f"| `{name}` | {_kind(told)} | {'yes' if name in required else ''} "
        f"| {told.get('description', '')} |\n"
        for name, told in schema["properties"].items()
    )
    return "| field | is | required | what it says |\n|---|---|---|---|\n" + "".join(rows)


def _kind(told: dict[str, Any]) -> str:
    """What a field holds, in a few words."""
    if "$ref" in told:
        name = told["$ref"].rpartition("/")[2]
        return "values by channel" if name == "Values" else f"[{name}](#{name.lower()})"
    if "anyOf" in told:
        return " or ".join(_kind(one) for one in told["anyOf"])
    if "const" in told or "enum" in told:
        return ", ".join(f"`{one}`" for one in told.get("enum", [told.get("const")]))
    if told.get("type") == "array":
        return f"list of {_kind(told.get('items', {}))}"
    return str(told.get("format") or told.get("type") or "anything")


def pages() -> list[Path]:
    """Every page of documentation."""
    return sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *ROOT.glob("deploy/*.md")])


def broken_links(page: Path) -> Iterator[str]:
    """Links of a page that lead to no file and no heading of ours."""
    for match in _LINK.finditer(_FENCE.sub("", page.read_text())):
        link = match[1] or match[2]
        if "://" in link or link.startswith("mailto:"):
            continue
        path, _, heading = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (heading and heading not in _headings(target)):
            yield f"{page.relative_to(ROOT)}: {link}"


def _headings(page: Path) -> set[str]:
    titles = re.findall(r"^#+ (.*)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def main() -> int:
    """Write the pages and list what leads nowhere; 1 if anything does."""
    PAGE.write_text(channels_page())
    DATA.write_text(data_page())
    ASYNCAPI.write_text(asyncapi_document())
    MESSAGES.write_text(messages_page())
    broken = [link for page in pages() for link in broken_links(page)]
    print("\n".join(broken) or f"{len(pages())} pages, every link leads somewhere")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
