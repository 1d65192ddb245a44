"""Specs that the tests of the lab share."""

from __future__ import annotations

from pathlib import Path

SHOP = """\
module shop

kernel parse(text: String) -> (n: Int)
  requires len(text) > 0
  ensures range: 0 <= n <= 1000
  by prompt "The number in: {text}"

kernel double(n: Int) -> (m: Int)
  requires n <= 5000
  ensures m == 2 * n
= 2 * n

kernel zero(text: String) -> (n: Int)
  ensures n == 0
= 0

kernel add(a: Int, b: Int) -> (sum: Int)
  ensures sum == a + b
= a + b

kernel big(text: String, other: String, flag: Bool) -> (total: Int, m: Int)
  requires len(text) > 0 and len(other) > 0
  ensures m >= 0
{
  n <- (retry 2 parse(text)) ?? zero(text);
  k <- parse(other);
  m <- double(n);
  guard n + k <= 1500;
  t <- add(a = n, b = k + 1);
  spare <- add(a = k, b = k);
  u <- case (flag) then double[n as t, m as u] else add[a as t, b as k, sum as u];
  total <- add(t, u);
}
"""


def write(folder: Path, text: str = SHOP, name: str = "shop.kw") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path
