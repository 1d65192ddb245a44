"""Keys of the verified cache: the kernel with all that it rests on, its exact arguments, the model's settings. No similarity."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

from kwlogic.core.program import Kernel, OracleBody, Program
from kwlogic.core.terms import Op, Term
from kwlogic.core.types import Type, show_type
from kwlogic.core.walk import subterms
from kwlogic.solve.fingerprint import term_digest


class Keys:
    def __init__(self, program: Program) -> None:
        self.program = program
        self._versions: dict[str, str] = {}
        self._schemas: dict[str, Mapping[str, Any]] = {}

    def answer(self, kernel: Kernel, arguments: str, settings: tuple[object, ...]) -> str:
        """The key of one question to one kernel."""
        return _digest(self.version(kernel), arguments, repr(settings))

    def version(self, kernel: Kernel) -> str:
        """A digest of the kernel: ports, contract, prompt, and every function and type that these mention."""
        if kernel.name not in self._versions:
            self._versions[kernel.name] = _digest(*self._texts(kernel))
        return self._versions[kernel.name]

    def _texts(self, kernel: Kernel) -> list[str]:
        texts = [kernel.name, *(f"{p.name}: {show_type(p.type)}" for p in (*kernel.inputs, *kernel.outputs))]
        clauses = (*kernel.requires, *kernel.ensures, *kernel.fails)
        terms = [c.pred for c in clauses]
        texts += [f"{len(kernel.inputs)} {len(kernel.requires)} {len(kernel.ensures)}"]
        if isinstance(kernel.body, OracleBody):
            texts.append(kernel.body.kind)
            for part in kernel.body.parts:
                texts.append(part if isinstance(part, str) else term_digest(part).hex())
                terms += [] if isinstance(part, str) else [part]
        texts += [term_digest(t).hex() for t in terms]
        return [*texts, *self._behind(terms, [p.type for p in (*kernel.inputs, *kernel.outputs)])]

    def _behind(self, terms: list[Term], types: list[Type]) -> list[str]:
        """The functions and data types in reach, each with its text."""
        found: dict[str, str] = {}
        stack: list[Term] = list(terms)
        heads = list(types)
        while stack or heads:
            if stack:
                for term in subterms(stack.pop()):
                    heads.append(term.type)
                    name = term.data[0] if term.op is Op.CALL else ""
                    fn = self.program.fns.get(name)
                    if fn is not None and name not in found:
                        found[name] = term_digest(fn.body).hex()
                        stack += [fn.body, *(c.pred for c in fn.requires)]
                continue
            type = heads.pop()
            if type.head in found:
                continue
            found[type.head] = ""
            heads += type.args
            data = self.program.datas.get(type.head)
            if data is not None:
                found[type.head] = "|".join(
                    f"{c.name}({', '.join(f'{f.name}: {show_type(f.type)}' for f in c.fields)})" for c in data.ctors
                )
                heads += [f.type for c in data.ctors for f in c.fields]
                stack += [c.pred for k in data.ctors for c in k.invariants]
        return [f"{name} = {text}" for name, text in sorted(found.items())]

    def schema(self, kernel: Kernel) -> Mapping[str, Any]:
        """The JSON Schema of the outputs."""
        if kernel.name not in self._schemas:
            from kwlogic.weave.schema.export import ports_schema

            self._schemas[kernel.name] = ports_schema(kernel.outputs, self.program)
        return self._schemas[kernel.name]


def _digest(*texts: str) -> str:
    state = blake2b(digest_size=20)
    for text in texts:
        data = text.encode("utf-8", "surrogatepass")
        state.update(len(data).to_bytes(8, "big") + data)
    return state.hexdigest()
