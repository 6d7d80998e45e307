# SPDX-License-Identifier: Apache-2.0
"""Writes the types of a server's content: `python -m imprimatur.generate https://cms.example.com > guides.py`."""

from __future__ import annotations

import json
import re
import sys
from typing import Any

import httpx

REFERENCE = "#/components/schemas/"


def generate(description: dict[str, Any]) -> str:
    """A module with a TypedDict for the content of each type, and a ContentType of each, from what /openapi.json answers."""
    try:
        from datamodel_code_generator import Formatter, InputFileType, PythonVersion
        from datamodel_code_generator import generate as write
        from datamodel_code_generator.enums import DataModelType
    except ImportError:
        raise SystemExit("needs datamodel-code-generator: pip install 'imprimatur-client[generate]'") from None

    schemas = description["components"]["schemas"]
    types = {}
    for path, operations in description["paths"].items():
        if guide := re.fullmatch(r"/api/delivery/v1/([^/{}]+)/\{slug\}", path):
            answer = operations["get"]["responses"]["200"]["content"]["application/json"]["schema"]["$ref"]
            content = schemas[answer.removeprefix(REFERENCE)]["properties"]["content"]["$ref"]
            types[guide[1]] = content.removeprefix(REFERENCE)
    wanted: dict[str, Any] = {}
    for content in types.values():
        _collect(content, schemas, wanted)
    models = write(
        json.dumps({"openapi": "3.1.0", "info": {"title": "Content", "version": "1"}, "paths": {}, "components": {"schemas": wanted}}),
        input_file_type=InputFileType.OpenAPI,
        output_model_type=DataModelType.TypingTypedDict,
        target_python_version=PythonVersion.PY_311,
        use_schema_description=True,
        use_field_description=True,
        formatters=[Formatter.BUILTIN],
        custom_file_header="# Made by imprimatur.generate from the content types of a server; run it again when they change.",
    )
    constants = "".join(
        f"\n{name.upper().replace('-', '_')}: ContentType[{content}] = ContentType({json.dumps(name)})" for name, content in types.items()
    )
    return str(models).rstrip().replace("from typing import", "from imprimatur import ContentType\nfrom typing import", 1) + "\n\n" + constants + "\n"


def _collect(name: str, schemas: dict[str, Any], wanted: dict[str, Any]) -> None:
    if name not in wanted:
        wanted[name] = _shape(schemas[name], schemas, wanted)


def _shape(schema: dict[str, Any], schemas: dict[str, Any], wanted: dict[str, Any]) -> dict[str, Any]:
    """What the schema says of the shape, with its title as description; rules of content are the server's."""
    if "$ref" in schema:
        _collect(schema["$ref"].removeprefix(REFERENCE), schemas, wanted)
        return {"$ref": schema["$ref"]}
    shape: dict[str, Any] = {word: schema[word] for word in ("type", "const", "enum", "required") if word in schema}
    markdown = "Markdown, unless asked for otherwise" if schema.get("contentMediaType") == "text/markdown" else None
    said = [each for each in (schema.get("title"), schema.get("description"), markdown) if each]
    if said:
        shape["description"] = "; ".join(said)
    if "properties" in schema:
        shape["properties"] = {name: _shape(each, schemas, wanted) for name, each in schema["properties"].items()}
    if "items" in schema:
        shape["items"] = _shape(schema["items"], schemas, wanted)
    return shape


def main() -> None:
    if len(sys.argv) != 2:
        raise SystemExit("python -m imprimatur.generate URL > guides.py")
    answer = httpx.get(sys.argv[1].rstrip("/") + "/openapi.json", timeout=30)
    answer.raise_for_status()
    print(generate(answer.json()), end="")


if __name__ == "__main__":
    main()
