"""The conversation between a test and a relying party in Python: one JSON object a line, what to do and what came of it."""

import json
import sys
import traceback


def converse(party):
    """Does what is asked by the methods of the same name, until nothing more is asked."""
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            told = getattr(party, asked.pop("do"))(**asked)
        except Exception as error:  # noqa: BLE001 - the test reads it
            traceback.print_exc()
            told = {"failed": f"{type(error).__name__}: {error}"}
        print(json.dumps(told), flush=True)
