"""A process that writes traces to a store, and says on stdout which ones were acknowledged. Killed from outside."""

from __future__ import annotations

import sys
from pathlib import Path

from kwlogic.weave.store.data import StoredTrace
from kwlogic.weave.store.store import open_store


def main(path: str, prefix: str, count: int) -> None:
    with open_store(path, Path("/")) as store:
        for number in range(count):
            name = f"{prefix}-{number}"
            store.put_traces([StoredTrace(name, prefix, "[" + "1," * 400 + "1]"), StoredTrace(f"{name}+", prefix, "[]")])
            sys.stdout.write(name + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
