"""The live environment: oracles are models, tools and functions; steps run side by side; what finished is remembered.

An oracle's answer is decoded strictly and held against every clause before it leaves; the interpreter checks it again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from kwlogic.compose.running import Failed, Fault, Ports, Step, Where
from kwlogic.core.codec import encode_ports, encode_text
from kwlogic.core.codec_json import read_json
from kwlogic.core.eval import EvalStop, Evaluator
from kwlogic.core.program import Kernel, OracleBody, Program
from kwlogic.weave.run.answers import NoAnswer, given, said
from kwlogic.weave.run.backends import Backends
from kwlogic.weave.run.data import Memory, Message, OracleError, RunConfig
from kwlogic.weave.run.keys import Keys
from kwlogic.weave.run.prompts import answer_rules, complaint, examples, filled

Check = Callable[[Ports], tuple[Fault, ...]]
Listener = Callable[[str, Where, Kernel | None, Mapping[str, object]], None]


class Live:
    """One run. ``listener`` is told of all that happens."""

    def __init__(
        self,
        program: Program,
        config: RunConfig,
        backends: Backends,
        memory: Memory | None = None,
        run: str = "",
        listener: Listener | None = None,
    ) -> None:
        self.program, self.config, self.backends = program, config, backends
        self.memory, self.run_id, self.listener = memory, run, listener
        self.evaluator = Evaluator(program, config.max_steps)
        self.keys = Keys(program)

    def note(self, kind: str, where: Where, kernel: Kernel | None, what: Mapping[str, object]) -> None:
        if self.listener is not None:
            self.listener(kind, where, kernel, what)

    # ------------------------------------------------------------ oracles

    async def oracle(self, kernel: Kernel, inputs: Ports, where: Where, check: Check) -> Ports:
        path = self._place(kernel, inputs, where)
        try:
            known = self._remembered(kernel, inputs, path, check, where)
            if known is not None:
                return known
            outputs = await self._asked(kernel, inputs, where, check)
        except OracleError as error:
            raise Failed(str(error), where, (), kernel.name) from error
        text = encode_ports(outputs, kernel.outputs, self.program)
        if self.memory is not None:
            if self.run_id:
                self.memory.keep_step(self.run_id, path, text)
            if self._cachable(kernel):
                self.memory.keep_answer(self._key(kernel, inputs), kernel.name, text)
        return outputs

    def _place(self, kernel: Kernel, inputs: Ports, where: Where) -> str:
        """Where in the run, and which question: a step is resumed only as the answer to the same one."""
        asked = self.keys.answer(kernel, encode_ports(inputs, kernel.inputs, self.program), ())
        return f"{'/'.join(where.path)}#{asked[:16]}"

    def _remembered(self, kernel: Kernel, inputs: Ports, path: str, check: Check, where: Where) -> Ports | None:
        """What this step yielded before the run was interrupted, else a verified answer to the same question.

        Both are decoded and checked as if they were new; an answer that breaks a clause is dropped for good."""
        if self.memory is None:
            return None
        step = self.memory.step(self.run_id, path) if self.run_id else None
        if step is not None:
            outputs = self._checked(step, kernel, check)
            if outputs is not None:
                self.note("resumed", where, kernel, {})
                return outputs
        if not self._cachable(kernel):
            return None
        key = self._key(kernel, inputs)
        text = self.memory.answer(key)
        if text is None:
            return None
        outputs = self._checked(text, kernel, check)
        if outputs is None:
            self.memory.drop_answer(key)
        else:
            self.note("cached", where, kernel, {})
        return outputs

    def _checked(self, text: str, kernel: Kernel, check: Check) -> Ports | None:
        try:
            outputs = given(read_json(text), kernel, self.program, self.config.max_bytes)
        except (NoAnswer, ValueError):
            return None
        return None if check(outputs) else outputs

    def _cachable(self, kernel: Kernel) -> bool:
        """Not what touches resources: its answer depends on more than the arguments."""
        return self.config.cache and not kernel.reads and not kernel.writes

    def _key(self, kernel: Kernel, inputs: Ports) -> str:
        settings = self.backends.model_for(kernel).settings() if self._kind(kernel) == "prompt" else ()
        return self.keys.answer(kernel, encode_ports(inputs, kernel.inputs, self.program), settings)

    def _kind(self, kernel: Kernel) -> str:
        return kernel.body.kind if isinstance(kernel.body, OracleBody) else ""

    async def _asked(self, kernel: Kernel, inputs: Ports, where: Where, check: Check) -> Ports:
        match self._kind(kernel):
            case "prompt":
                return await self._prompted(kernel, inputs, where, check)
            case "tool" | "python" as kind:
                return await self._called(kind, kernel, inputs, where, check)
            case _:
                raise OracleError(f"`{kernel.name}` has no body to run", once_more=False)

    async def _prompted(self, kernel: Kernel, inputs: Ports, where: Where, check: Check) -> Ports:
        """Asks, and tells what is wrong with an answer, as often as the model's configuration says."""
        assert isinstance(kernel.body, OracleBody)
        model = self.backends.model_for(kernel)
        try:
            prompt = filled(kernel, kernel.body, inputs, self.program, self.evaluator)
            messages = self._opening(kernel, prompt, where)
        except EvalStop as stop:
            raise OracleError(f"the prompt has no value: {stop}", once_more=False) from stop
        schema = None if model.structured == "text" else self.keys.schema(kernel)
        faults: tuple[Fault, ...] = ()
        for attempt in range(1, model.attempts + 1):
            text = await self.backends.answer(model, messages, schema, kernel, inputs, self.program)
            self.note("answered", where, kernel, {"prompt": prompt, "answer": text, "attempt": attempt})
            try:
                outputs = said(text, kernel, self.program, self.config.max_bytes)
                faults = check(outputs)
                if not faults:
                    return outputs
            except NoAnswer as error:
                faults = (error.fault,)
            self.note("rejected", where, kernel, {"faults": [f.message for f in faults]})
            messages = [*messages, {"role": "assistant", "content": text}, {"role": "user", "content": complaint(faults, kernel)}]
        raise Failed(f"no answer of the model `{model.name}` fits the contract of `{_short(kernel)}`", where, faults, kernel.name)

    def _opening(self, kernel: Kernel, prompt: str, where: Where) -> list[Message]:
        messages: list[Message] = [{"role": "system", "content": answer_rules(kernel)}]
        for question, answer in examples(kernel, self.program, self.evaluator):
            messages += [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
        heard = "".join(f"\n\nAn earlier attempt failed: {reason}" for reason in where.heard)
        return [*messages, {"role": "user", "content": prompt + heard}]

    async def _called(self, kind: str, kernel: Kernel, inputs: Ports, where: Where, check: Check) -> Ports:
        assert isinstance(kernel.body, OracleBody)
        target = str(kernel.body.parts[0]) if kernel.body.parts else ""
        arguments: dict[str, Any] = {p.name: _plain(encode_text(inputs[p.name], p.type, self.program)) for p in kernel.inputs}
        if kind == "tool":  # an optional argument that is not given
            arguments = {n: v for n, v in arguments.items() if v is not None}
        result = await self.backends.call(kind, target, arguments)
        self.note("answered", where, kernel, {"tool": target, "arguments": arguments, "result": result})
        try:
            outputs = given(result, kernel, self.program, self.config.max_bytes)
        except NoAnswer as error:
            raise Failed(f"what `{target}` yields is no output of `{_short(kernel)}`", where, (error.fault,), kernel.name) from error
        faults = check(outputs)
        if faults:
            raise Failed(f"what `{target}` yields breaks the contract of `{_short(kernel)}`", where, faults, kernel.name)
        return outputs

    # ------------------------------------------------------------ order

    async def schedule(self, waits: Sequence[frozenset[int]], step: Step) -> None:
        """Each step in a task of its own, begun when those that it waits for are done.

        At a failure the others are cancelled and waited for, so that what finished is known before anything is undone."""
        done = [asyncio.Event() for _ in waits]

        async def one(index: int) -> None:
            for before in waits[index]:
                await done[before].wait()
            await step(index)
            done[index].set()

        tasks = [asyncio.create_task(one(i)) for i in range(len(waits))]
        try:
            pending: set[asyncio.Task[None]] = set(tasks)
            while pending:
                finished, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_EXCEPTION)
                for task in tasks:
                    if task in finished and not task.cancelled() and (error := task.exception()) is not None:
                        raise error
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


def _plain(text: str) -> Any:
    """A JSON text as what tools and functions take: numbers as Python's own."""
    import json

    return json.loads(text)


def _short(kernel: Kernel) -> str:
    return kernel.name.rsplit(".", 1)[-1]
