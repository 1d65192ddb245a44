"""Sample values of wide types: the simplest first, and never more work than values."""

from __future__ import annotations

import random
from itertools import islice, product

import pytest

from kwlogic.solve.samples import _by_sum


@pytest.mark.parametrize("seed", range(20))
def test_tuples_come_by_the_sum_of_their_indices(seed: int):
    source = random.Random(seed)
    sizes = [source.randint(0, 4) for _ in range(source.randint(0, 5))]
    every = product(*(range(n) for n in sizes))
    assert list(_by_sum(sizes)) == sorted(every, key=lambda ix: (sum(ix), ix))


def test_a_huge_product_is_not_made():
    assert list(islice(_by_sum([5] * 40), 3)) == [(0,) * 40, (*(0,) * 39, 1), (*(0,) * 38, 1, 0)]
