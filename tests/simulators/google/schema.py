"""Checks against the discovery document: which method is meant, its parameters, and both bodies.

https://developers.google.com/discovery/v1/reference/apis
"""

import json
import re
from dataclasses import dataclass
from datetime import date
from importlib import resources
from urllib.parse import unquote

from rfc3339_validator import validate_rfc3339


class Violation(Exception):
    """What the client (or this simulator) does that Google's document does not know."""


@dataclass(frozen=True)
class Match:
    """name: "events.list". path: parameters of the path."""

    name: str
    method: dict
    path: dict


class Discovery:
    def __init__(self):
        folder = resources.files("googleapiclient.discovery_cache.documents")
        self.document = json.loads((folder / "calendar.v3.json").read_text())
        self.schemas = self.document["schemas"]
        self._routes = [
            (method["httpMethod"], _pattern(method["path"]), f"{resource}.{name}", method)
            for resource, content in self.document["resources"].items()
            for name, method in content["methods"].items()
        ]

    def match(self, verb, path):
        """path: after the service path, still quoted. None if Google has no such method."""
        for http_method, pattern, name, method in self._routes:
            found = pattern.fullmatch(path)
            if http_method == verb and found:
                return Match(name, method, {key: unquote(value) for key, value in found.groupdict().items()})
        return None

    def parameters(self, match, query):
        """query: dict of lists of texts. Returns them typed; raises Violation."""
        known = {**self.document["parameters"], **match.method.get("parameters", {})}
        values = {}
        for name, texts in query.items():
            if name not in known:
                raise Violation(f"{match.name}: unknown parameter {name}")
            rule = known[name]
            if len(texts) > 1 and not rule.get("repeated"):
                raise Violation(f"{match.name}: parameter {name} given twice")
            typed = [self._typed(match.name, name, text, rule) for text in texts]
            values[name] = typed if rule.get("repeated") else typed[0]
        return values

    def _typed(self, method, name, text, rule):
        where = f"{method}: parameter {name}={text!r}"
        if rule["type"] == "boolean":
            if text not in ("true", "false"):
                raise Violation(f"{where} is no boolean")
            return text == "true"
        if rule["type"] == "integer":
            if not re.fullmatch(r"-?\d+", text):
                raise Violation(f"{where} is no integer")
            number = int(text)
            if not int(rule.get("minimum", number)) <= number <= int(rule.get("maximum", number)):
                raise Violation(f"{where} is out of range")
            return number
        if "enum" in rule and text not in rule["enum"]:
            raise Violation(f"{where} is none of {rule['enum']}")
        if rule.get("format") == "date-time" and not validate_rfc3339(text):
            raise Violation(f"{where} is no date-time")
        return text

    def body(self, match, value, patch=False):
        """Of a request. patch: nothing is required, and null removes."""
        if "request" not in match.method:
            if value is not None:
                raise Violation(f"{match.name}: takes no body")
            return
        reference = match.method["request"]["$ref"]
        self._check(value or {}, {"$ref": reference}, reference, allow_null=patch)
        for name, rule in self.schemas[reference]["properties"].items():
            required = f"calendar.{match.name}" in rule.get("annotations", {}).get("required", ())
            if required and name not in (value or {}):
                raise Violation(f"{match.name}: {name} is required")

    def answer(self, match, value):
        """What this simulator is about to send."""
        if "response" in match.method:
            reference = match.method["response"]["$ref"]
            self._check(value, {"$ref": reference}, reference)
        elif value is not None:
            raise Violation(f"{match.name}: answers without a body")

    def _check(self, value, rule, where, allow_null=False):
        if value is None and allow_null:
            return
        if "$ref" in rule:
            rule = self.schemas[rule["$ref"]]
        kind = rule.get("type", "any")
        if kind == "object":
            self._check_object(value, rule, where, allow_null)
        elif kind == "array":
            if not isinstance(value, list):
                raise Violation(f"{where} is no list: {value!r}")
            for number, item in enumerate(value):
                self._check(item, rule["items"], f"{where}[{number}]", allow_null)
        elif kind != "any":
            _check_scalar(value, kind, rule.get("format"), where)

    def _check_object(self, value, rule, where, allow_null):
        if not isinstance(value, dict):
            raise Violation(f"{where} is no object: {value!r}")
        properties, others = rule.get("properties", {}), rule.get("additionalProperties")
        for name, item in value.items():
            inner = properties.get(name, others)
            if inner is None:
                raise Violation(f"{where}: unknown field {name}")
            self._check(item, inner, f"{where}.{name}", allow_null)


def _check_scalar(value, kind, form, where):
    expected = {"string": str, "boolean": bool, "integer": int, "number": (int, float)}[kind]
    if not isinstance(value, expected) or (kind == "integer" and isinstance(value, bool)):
        raise Violation(f"{where} is no {kind}: {value!r}")
    if form == "date-time" and not validate_rfc3339(value):
        raise Violation(f"{where} is no date-time: {value!r}")
    if form == "date":
        try:
            date.fromisoformat(value)
        except ValueError:
            raise Violation(f"{where} is no date: {value!r}") from None


def _pattern(path):
    return re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(path)))
