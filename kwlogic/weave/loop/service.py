"""The service behind `kwlogic weave`: a prompt goes to a kernel, else to the model; what the model did well becomes kernels.

``answer`` gives what a user sees, ``judge`` takes what they say of it, ``tend`` learns, reviews and routes anew. All of it stands in
the store, so that another process goes on where this one ended.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

from kwlogic.core.codec_json import read_json
from kwlogic.source.codes import diagnostic
from kwlogic.source.data import Diagnosed, Diagnostic
from kwlogic.weave.learn.life_data import Gated, Policy
from kwlogic.weave.learn.life_gate import AtGate, gate_ready
from kwlogic.weave.learn.life_open import Unready
from kwlogic.weave.learn.life_service import Gate
from kwlogic.weave.loop import memory
from kwlogic.weave.loop.arguments import Forms, by_model, by_reading
from kwlogic.weave.loop.asking import Passed, Ran, inputs_of, run_kernel, same
from kwlogic.weave.loop.data import Answer, Asked, Extract, Judged, Learn, NoAnswer, Settings, Shadow, Tended, Way
from kwlogic.weave.loop.library import Library, Member
from kwlogic.weave.loop.raw import generate, shown
from kwlogic.weave.loop.routes import Route, Router, fitted
from kwlogic.weave.loop.tending import Garden
from kwlogic.weave.route.data import Settings as RouteSettings
from kwlogic.weave.run.backends import Backends
from kwlogic.weave.run.data import ChatModel, Model, OracleError, RunConfig
from kwlogic.weave.store.data import StoredKernel
from kwlogic.weave.store.filebase import FileDatabase
from kwlogic.weave.store.store import Store

CANDIDATES = 3  # kernels that a prompt is offered to


class Loop:
    """Use as an asynchronous context manager. ``models`` stand before those of the configuration; without ``learn`` nothing is learnt."""

    def __init__(
        self,
        store: Store,
        config: RunConfig,
        settings: Settings | None = None,
        policy: Policy | None = None,
        models: Mapping[str, ChatModel] | None = None,
        learn: Learn | None = None,
        gate: Gate | None = None,
        routing: RouteSettings | None = None,
    ) -> None:
        self.store, self.config = store, config
        self.settings, self.policy = settings or Settings(), policy or Policy()
        self.backends = Backends(config, models)
        self.library = Library(store)
        self.garden = Garden(store, self.settings, self.policy, learn, gate or self._gate)
        self.routing = routing or RouteSettings()
        self.readers: tuple[Extract, ...] = (by_reading, *((by_model(self.backends),) if self.settings.read else ()))
        self.router: Router | None = None
        self.forms = Forms({})

    async def __aenter__(self) -> Loop:
        self._refreshed()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.library.close()
        await self.backends.__aexit__(kind, error, trace)

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        return (*self.library.warnings, *self.store.warnings)

    # ------------------------------------------------------------ answering

    async def answer(self, prompt: str, family: str = "") -> Answer:
        """Raises NoAnswer (KW863)."""
        self._refused(prompt)
        route = self._route(prompt)
        passed: list[tuple[str, str]] = []
        failed: list[Shadow] = []
        trials: list[Member] = []
        for member, asked, likely in self._candidates(prompt, route):
            if not member.answers:
                trials.append(member)
                continue
            try:
                return await self._by_kernel(member, asked, likely, route, tuple(passed))
            except Passed as error:
                likely_one = route.kernel == member.stored.digest or not error.unread
                passed += [(member.stored.name, str(error))] if likely_one else []
                failed += [Shadow(member.stored.digest, member.stored.name, False, reason=str(error))] if error.ran else []
        said = await generate(self.backends, self._model(passed, route), prompt, self.config.max_bytes)
        shadows = (*failed, *await self._beside(prompt, trials, said.value))
        trace = self.garden.keep(prompt, family, said.value, self._name(), shadows)
        why = passed[0][1] if passed else f"`{shadows[0].name}` is on trial" if shadows else route.reason
        return Answer(prompt, Way.MODEL, said.text, trace, reason=why, passed=tuple(passed), shadows=shadows)

    def _refused(self, prompt: str) -> None:
        wrong = "it says nothing" if not prompt.strip() else ""
        if len(prompt) > self.settings.max_chars:
            wrong = f"it is longer than {self.settings.max_chars:,} characters (`max_chars` of the table `weave`)"
        elif "\0" in prompt or any("\ud800" <= c <= "\udfff" for c in prompt):
            wrong = "it holds a NUL or half a surrogate pair, which no text has"
        if wrong:
            raise NoAnswer(diagnostic("KW863", f"the prompt cannot be answered: {wrong}"))

    def _route(self, prompt: str) -> Route:
        return self.router.route(prompt) if self.router is not None else Route(None, 0.0, "the store has no kernel for prompts yet")

    def _candidates(self, prompt: str, route: Route) -> list[tuple[Member, Asked, float]]:
        """Where the prompt may go, the likeliest first: an uncertain one only where the prompt has the very form of the kernel's own."""
        found: list[tuple[Member, Asked, float]] = []
        for candidate in route.candidates[:CANDIDATES]:
            member = self.library.members.get(candidate.kernel)
            ready = self.library.ready(candidate.kernel) if member is not None else None
            if member is not None and ready is not None:
                found.append((member, Asked(prompt, ready), candidate.probability))
        return found

    async def _by_kernel(self, member: Member, asked: Asked, likely: float, route: Route, passed: tuple[tuple[str, str], ...]) -> Answer:
        digest = member.stored.digest
        sure = route.kernel == digest
        inputs = await inputs_of(asked, (self.forms.read, *(self.readers if sure else ())))
        ran = await run_kernel(self.store, self.config, self.backends, asked, digest, inputs)
        why = route.reason if sure else "the prompt has the form of those that the kernel was learnt from"
        text = self._text(member, ran)
        return Answer(
            asked.prompt,
            Way.KERNEL,
            text,
            ran.run_id,
            digest,
            member.stored.name,
            ran.inputs,
            member.contract,
            ran.cached,
            likely,
            why,
            passed,
        )

    def _text(self, member: Member, ran: Ran) -> str:
        """The value of an only output, else the object of them."""
        document = read_json(ran.text)
        return shown(next(iter(document.values()))) if len(member.stored.outputs) == 1 else ran.text

    def _name(self) -> str:
        return self.settings.model or self.config.model

    def _model(self, passed: list[tuple[str, str]], route: Route) -> Model:
        tried = "; ".join(f"`{n}` passed: {why}" for n, why in passed) or route.reason
        if not self.settings.raw:
            raise NoAnswer(diagnostic("KW863", f"no kernel takes the prompt ({tried}), and only kernels were asked for"))
        name = self._name()
        try:
            return self.backends.model_named(name)
        except OracleError as error:
            help = "name one as `model` of the table `run`, with its table `run.models.NAME`; or promote kernels for such prompts"
            raise NoAnswer(diagnostic("KW863", f"no kernel takes the prompt ({tried}), and {error}", help=help)) from error

    async def _beside(self, prompt: str, trials: list[Member], value: object) -> tuple[Shadow, ...]:
        """The first kernel on trial that takes the prompt."""
        for trial in trials if self.settings.shadow else ():
            found = await self._shadow(prompt, trial, value)
            if found is not None and found.agrees is not None:
                return (found,)
        return ()

    async def _shadow(self, prompt: str, trial: Member, value: object) -> Shadow | None:
        """The kernel on trial beside the model. It changes nothing: one that touches resources is not run."""
        digest, name = trial.stored.digest, trial.stored.name
        ready = self.library.ready(digest)
        if ready is None or ready.kernel.writes:
            return None
        asked = Asked(prompt, ready)
        try:
            inputs = await inputs_of(asked, (self.forms.read,))
            ran = await run_kernel(self.store, self.config, self.backends, asked, digest, inputs, keep=False)
        except Passed as why:
            return Shadow(digest, name, False if why.ran else None, reason=str(why))
        return Shadow(digest, name, same(ready, ran, value), ran.text)

    # ------------------------------------------------------------ judging

    def judge(self, answer_id: str, right: bool) -> Judged:
        """Take what somebody says of an answer; said again, the last word counts. Raises Diagnosed (KW844)."""
        trace = self.garden.raw(answer_id)
        if trace is not None:
            return Judged(answer_id, right, self.garden.judged(trace, right))
        run = self.store.run(answer_id) if answer_id else None
        if run is None:
            raise Diagnosed(
                diagnostic("KW844", f"the store has no answer `{answer_id[:60]}`", help="`kwlogic weave` prints the id of each")
            )
        prompt = self.garden.prompt_of(answer_id)
        kernel = self.store.kernel(run.kernel)
        inputs = read_json(run.inputs) if run.inputs else {}
        family = kernel.family if kernel is not None else ""
        memory.keep_prompt(self.store, run.kernel, family, "kernel", prompt, right, run=answer_id, inputs=inputs)
        self.store.count_outcome(run.kernel, right)
        if right and self.router is not None and prompt and run.kernel in self.router.kernels:
            self.router.feedback(prompt, run.kernel, True)  # a wrong answer says nothing of the route
        return Judged(answer_id, right, ((run.kernel, right),))

    # ------------------------------------------------------------ learning

    def _gate(self, store: Store, kernel: StoredKernel, examples: int) -> AtGate:
        """The gate, on what the library has made ready already."""
        try:
            return gate_ready(store, self.library.opened(kernel), examples)
        except Unready as error:
            return AtGate(Gated("", str(error)))

    def _file(self) -> Path | None:
        """The store's file, where it is one."""
        return self.store.database.path if isinstance(self.store.database, FileDatabase) else None

    def tend(self, learn: bool = True) -> Tended:
        """Compile what is due, take kernels as far as the evidence goes, and route by what is there now."""
        tended = self.garden.tend(self.library.members.values(), learn)
        self._refreshed()
        return tended

    def _refreshed(self) -> None:
        if not self.library.refresh():
            return
        members = self.library.members
        said = {d: self.store.feedback(d) for d in members}
        pairs = {d: memory.pairs_of(s) for d, s in said.items()}
        self.forms = Forms(pairs)
        prompts = {d: [p for p, _ in found] for d, found in pairs.items()}
        self.router = (
            fitted(members, prompts, lambda: self.garden.unclaimed(members), self.store.counts()["traces"], self.routing, self._file())
            if members
            else None
        )
