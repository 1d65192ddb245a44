"""How much work a ground proof may take, and how it ends early: counted steps, so that every run of it is the same."""

from __future__ import annotations


class Conflict(Exception):
    """The state is contradictory; ``mask`` has a bit for each decision it rests on."""

    def __init__(self, mask: int) -> None:
        super().__init__()
        self.mask = mask


class Spent(Exception):
    """The budget is used up: nothing is known."""


class Budget:
    """Steps that are left."""

    __slots__ = ("left",)

    def __init__(self, steps: int) -> None:
        self.left = steps

    def charge(self, steps: int = 1) -> None:
        self.left -= steps
        if self.left < 0:
            raise Spent
