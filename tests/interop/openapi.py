"""Compares data/operations.tsv with Upvest's own description of version 1.9.0 of the API.

Usage: openapi.py PATH_OF_THE_DESCRIPTION
"""

import csv
import pathlib
import sys

import yaml

TABLE = pathlib.Path(__file__).resolve().parents[1] / "data/operations.tsv"
VERBS = ["get", "post", "put", "patch", "delete"]
BODIES = {"application/json": "json", "application/x-www-form-urlencoded": "form"}


def resolve(api, node):
    while "$ref" in node:
        target = api
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part.replace("~1", "/").replace("~0", "~")]
        node = target
    return node


def answer(api, response):
    content = response.get("content", {}).get("application/json")
    if content is None:
        return "none"
    schema = resolve(api, content["schema"])
    members = set(schema.get("properties", {}))
    for part in schema.get("allOf", []):
        members |= set(resolve(api, part).get("properties", {}))
    return "page" if "meta" in members else "json"


def operations(api):
    for path, item in api["paths"].items():
        for verb in VERBS:
            if verb not in item:
                continue
            operation = item[verb]
            parameters = [
                resolve(api, node)
                for node in item.get("parameters", []) + operation.get("parameters", [])
            ]
            headers = {node["name"].lower() for node in parameters if node["in"] == "header"}
            query = [
                node["name"] + ("!" if node.get("required") else "")
                for node in parameters
                if node["in"] == "query"
            ]
            values = [
                node["name"] + "=" + "|".join(sorted(node["schema"]["enum"]))
                for node in parameters
                if node["in"] == "query" and "enum" in node["schema"]
            ]
            bodies = list(resolve(api, operation.get("requestBody", {})).get("content", {}))
            status = min(code for code in operation["responses"] if code.startswith("2"))
            response = resolve(api, operation["responses"][status])
            scopes = {
                scope
                for way in operation.get("security") or []
                for names in way.values()
                for scope in names
            }
            yield {
                "verb": verb.upper(),
                "path": path,
                "key": "key" if "idempotency-key" in headers else "-",
                "body": BODIES[bodies[0]] if bodies else "none",
                "query": sorted(query),
                "status": status,
                "answer": answer(api, response),
                "scopes": sorted(scopes),
                "values": sorted(values),
            }


def table():
    with TABLE.open() as file:
        for row in csv.DictReader(file, delimiter="\t"):
            for name in ["query", "scopes", "values"]:
                row[name] = sorted(row[name].split(",")) if row[name] != "-" else []
            yield row


def main():
    api = yaml.load(pathlib.Path(sys.argv[1]).read_text(), getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    named = lambda rows: {(row["verb"], row["path"]): row for row in rows}
    ours, theirs = named(table()), named(operations(api))
    wrong = [
        f"{verb} {path}: table {ours.get((verb, path))}, Upvest {theirs.get((verb, path))}"
        for verb, path in sorted(ours.keys() | theirs.keys())
        if ours.get((verb, path)) != theirs.get((verb, path))
    ]
    if wrong:
        sys.exit("\n".join(wrong))
    print(f"{len(theirs)} operations match Upvest's description.")


main()
