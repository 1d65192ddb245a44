"""How fast the language server answers: a keystroke until its diagnostics, hover, completion; and what memory it takes.

A spec file of some 2,000 lines is opened over stdio by a small client; then characters are typed into the middle of it, one
by one, each after the answer to the one before. Run: ``python benchmarks/lsp.py [--lines 2000] [--strokes 200]``.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

HEAD = """module big
type Currency = USD | EUR | GBP
type Pos = {n: Int | n > 0}
record Line(label: String, qty: Pos, price: Real)
record Invoice(lines: List[Line], currency: Currency, total: Real)

"""
BLOCK = """## What the lines of an invoice add up to.
fn amount%d(lines: List[Line]) -> Real
= match lines {
    case [] => 0.0
    case [l, *rest] => real(l.qty) * l.price + amount%d(rest)
  }

lemma amount_append%d(a: List[Line], b: List[Line])
  ensures amount%d(a ++ b) == amount%d(a) + amount%d(b)
  by induction a

kernel approve%d(invoice: Invoice, limit: Real) -> (ok: Bool)
  requires limit >= 0.0
  ensures ok <==> invoice.total <= limit
= invoice.total <= limit

kernel gate%d(invoice: Invoice, limit: Real) -> (ok: Bool)
  requires limit >= 0.0
{
  ok <- approve%d(invoice, limit);
}

"""
TYPED = "let extra = 1.0; let more = extra + invoice.total; more <= limit and "


class Client:
    """As much of the protocol as the measurement needs; nothing is decoded that is not looked at."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "kwlogic", "lsp"]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.number = 0

    def send(self, method: str, params: Any, request: bool = False) -> int:
        message: dict[str, Any] = {"jsonrpc": "2.0", "method": method, "params": params}
        if request:
            self.number += 1
            message["id"] = self.number
        data = json.dumps(message).encode()
        assert self.process.stdin is not None
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(data) + data)
        self.process.stdin.flush()
        return self.number

    def receive(self) -> Any:
        out = self.process.stdout
        assert out is not None
        length = 0
        while (line := out.readline().strip()) or not length:
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        return json.loads(out.read(length))

    def answer(self, method: str, params: Any) -> Any:
        number = self.send(method, params, request=True)
        while (message := self.receive()).get("id") != number or "method" in message:
            pass
        return message

    def diagnostics(self, version: int) -> Any:
        while True:
            message = self.receive()
            if message.get("method") == "textDocument/publishDiagnostics" and message["params"].get("version") == version:
                return message["params"]["diagnostics"]


def memory(pid: int) -> float:
    """Resident MB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


def cpu(pid: int) -> float:
    """Seconds of processor time that a process has taken."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def quantiles(times: list[float]) -> str:
    ordered = sorted(times)

    def at(q: float) -> float:
        return ordered[min(len(ordered) - 1, int(q * len(ordered)))] * 1000

    return (
        f"p50 {at(0.5):6.1f} ms   p90 {at(0.9):6.1f} ms   p99 {at(0.99):6.1f} ms   max {ordered[-1] * 1000:6.1f} ms   (n = {len(ordered)})"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=2000)
    parser.add_argument("--strokes", type=int, default=200)
    parser.add_argument("--pause", type=float, default=0.0, help="seconds between keystrokes; above 0.15 whole analyses run in between")
    options = parser.parse_args()
    blocks = options.lines // BLOCK.count("\n")
    text = HEAD + "".join(BLOCK.replace("%d", str(i)) for i in range(blocks))
    with tempfile.TemporaryDirectory() as folder:
        measure(Path(folder), text, blocks, options.strokes, options.pause)


def measure(folder: Path, text: str, blocks: int, strokes: int, pause: float) -> None:
    client, uri = Client(), (folder / "big.kw").as_uri()
    began = time.perf_counter()
    client.answer(
        "initialize", {"processId": None, "capabilities": {}, "rootUri": folder.as_uri(), "initializationOptions": {"verify": "never"}}
    )
    client.send("initialized", {})
    print(f"start                        {time.perf_counter() - began:6.2f} s")
    began = time.perf_counter()
    client.send("textDocument/didOpen", {"textDocument": {"uri": uri, "languageId": "kw", "version": 1, "text": text}})
    client.diagnostics(1)
    print(f"open {text.count(chr(10)):5} lines             {(time.perf_counter() - began) * 1000:6.1f} ms")
    line = text[: text.index(f"kernel approve{blocks // 2}(")].count("\n") + 3
    times, version = [], 1
    spent = cpu(client.process.pid)
    for stroke in range(strokes):
        version += 1
        place = {"line": line, "character": 2 + stroke % len(TYPED)}
        change = {"range": {"start": place, "end": place}, "text": TYPED[stroke % len(TYPED)]}
        if stroke and stroke % len(TYPED) == 0:
            start, end = {"line": line, "character": 2}, {"line": line, "character": 2 + len(TYPED)}
            change = {"range": {"start": start, "end": end}, "text": TYPED[0]}
        began = time.perf_counter()
        client.send("textDocument/didChange", {"textDocument": {"uri": uri, "version": version}, "contentChanges": [change]})
        client.diagnostics(version)
        times.append(time.perf_counter() - began)
        time.sleep(pause)
    print(f"keystroke to diagnostics     {quantiles(times)}")
    print(f"CPU of the server            {(cpu(client.process.pid) - spent) / strokes * 1000:6.1f} ms for each keystroke")
    for method in ("hover", "completion", "definition"):
        taken = []
        for _ in range(30):
            began = time.perf_counter()
            client.answer(
                f"textDocument/{method}",
                {"textDocument": {"uri": uri}, "position": {"line": 7, "character": 10 if method == "completion" else 5}},
            )
            taken.append(time.perf_counter() - began)
        print(f"{method:28} {quantiles(taken[1:])}, first {taken[0] * 1000:.1f} ms")
    print(f"memory of the server         {memory(client.process.pid):6.0f} MB")
    print(f"mean keystroke               {statistics.mean(times) * 1000:6.1f} ms")
    client.answer("shutdown", None)
    client.send("exit", None)
    client.process.wait(10)


if __name__ == "__main__":
    main()
