"""Reads bodies as JSON lines and says of each what slack_sdk, Slack's own library, finds wrong with it.

A line is {"name": …, "kind": "message" | "home" | "modal" | "manifest", "body": …}. One line per fault goes to the
output. to_dict() checks a block with all that is in it; validate_json() alone would look at its outside only.
"""

import json
import logging
import sys

from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View


class Warned(logging.Handler):
    """Unknown parts are only logged by slack_sdk, and then left out."""

    def __init__(self):
        super().__init__(logging.WARNING)
        self.said = []

    def emit(self, record):
        self.said.append(record.getMessage())


warned = Warned()
logging.getLogger().addHandler(warned)


def faults(block):
    parsed = Block.parse(block)
    if parsed is None:
        return ["a block of a type that Slack does not know"]
    parsed.validate_json()
    back = parsed.to_dict()
    return [] if back == block else [f"slack_sdk understood another block: {json.dumps(back)}"]


def check(kind, body):
    if kind in ("home", "modal"):
        view = View(**body)
        view.validate_json()
        if view.additional_attributes:
            return [f"a view has no {sorted(view.additional_attributes)}"]
    elif kind == "message":
        if not 1 <= len(body["blocks"]) <= 50:
            return [f"{len(body['blocks'])} blocks"]
        if not 1 <= len(body["text"]) <= 4000:
            return [f"a text of {len(body['text'])} characters"]
    else:
        return []
    return [fault for block in body["blocks"] for fault in faults(block)]


for line in sys.stdin:
    one = json.loads(line)
    warned.said.clear()
    try:
        found = check(one["kind"], one["body"])
    except Exception as error:  # whatever it is, it is a fault of the body
        found = [f"{type(error).__name__}: {error}"]
    for fault in found + warned.said:
        print(f"{one['name']}: {fault[:600]}")
