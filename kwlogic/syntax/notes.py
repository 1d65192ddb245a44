"""The comments that are still to be printed, in order, taken as the printer passes their places."""

from __future__ import annotations

from kwlogic.syntax.data import Comment
from kwlogic.syntax.layout import EMPTY, FRESH, HARD, Doc, Suffix, seq


class Notes:
    def __init__(self, comments: tuple[Comment, ...] = ()) -> None:
        self.comments = comments
        self.next = 0

    def trailing(self, before: int) -> Doc:
        """Comments at the end of the line that was just printed."""
        parts: list[Doc] = []
        while self._pending(before) and not self.comments[self.next].own_line:
            parts.append(Suffix(self.comments[self.next].text))
            self.next += 1
        return seq(*parts) if parts else EMPTY

    def take(self, before: int) -> list[Comment]:
        """All comments before that place."""
        taken: list[Comment] = []
        while self._pending(before):
            taken.append(self.comments[self.next])
            self.next += 1
        return taken

    def lead(self, before: int) -> Doc:
        """All comments before that place, each on its own line, and then a new line."""
        parts: list[Doc] = []
        for comment in self.take(before):
            parts += [FRESH, seq(comment.text), HARD]
        return seq(*parts) if parts else EMPTY

    def gap(self, before: int, line: Doc) -> Doc:
        """A break, with the comments around it."""
        if not self._pending(before):
            return line
        return seq(self.trailing(before), line, self.lead(before))

    def first(self, before: int) -> int:
        """Where the next line begins that is not yet printed: at a comment, or at ``before``."""
        own = next((c.span.start for c in self.comments[self.next : self.next + 2] if c.own_line), before)
        return min(own, before)

    def rest(self, before: int) -> Doc:
        """What is left before a closing bracket, or before the end of a declaration."""
        if not self._pending(before):
            return EMPTY
        parts: list[Doc] = [self.trailing(before)]
        for comment in self.take(before):
            parts += [FRESH, seq(comment.text)]
        return seq(*parts)

    def _pending(self, before: int) -> bool:
        return self.next < len(self.comments) and self.comments[self.next].span.start < before
