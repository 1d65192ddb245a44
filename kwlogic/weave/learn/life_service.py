"""The service behind `kwlogic store review`, `promote` and `retire`: kernels go on in their lives, and it is said why.

Every change of state is recorded with its reason and the evidence; what another process changed meanwhile is left alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from kwlogic.source.codes import diagnostic
from kwlogic.source.data import Diagnosed, Diagnostic
from kwlogic.weave.learn.life import ACCEPTED, move, waits
from kwlogic.weave.learn.life_data import Evidence, Gated, Policy
from kwlogic.weave.learn.life_evidence import evidence_of, evidence_text
from kwlogic.weave.learn.life_gate import AtGate, gate_stored
from kwlogic.weave.store.data import State, StoredKernel, Transition
from kwlogic.weave.store.store import Store

Gate = Callable[[Store, StoredKernel, int], AtGate]
ENDED = (State.RETIRED, State.REJECTED)


@dataclass(frozen=True, slots=True)
class Reviewed:
    """One kernel: where it was and is, how it went, and why it goes no further."""

    kernel: StoredKernel
    before: State
    after: State
    moves: tuple[Transition, ...]
    waits: str
    evidence: Evidence

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        """One for each time that the kernel lost a place it had."""
        lost = (m for m in self.moves if m.before is State.PROMOTED)
        return tuple(
            diagnostic("KW861", f"`{self.kernel.name}` is no longer promoted, and {m.after.value} now", notes=(m.reason,)) for m in lost
        )


def review(store: Store, policy: Policy, kernels: Iterable[StoredKernel] | None = None, gate: Gate = gate_stored) -> list[Reviewed]:
    """Take each kernel as far as the evidence goes; without ``kernels``, the latest version of every one that is not done with."""
    wanted = list(kernels) if kernels is not None else _living(store)
    return [_reviewed(store, policy, kernel, gate) for kernel in wanted]


def _living(store: Store) -> list[StoredKernel]:
    latest = {k.name: k for k in store.kernels()}
    return [k for k in latest.values() if store.status(k.digest).state not in ENDED]


def _reviewed(store: Store, policy: Policy, kernel: StoredKernel, gate: Gate) -> Reviewed:
    before = state = store.status(kernel.digest).state
    at_gate = gate(store, kernel, policy.examples) if state is State.CANDIDATE else AtGate(Gated())
    gated = at_gate.gated if state is State.CANDIDATE else None
    evidence = evidence_of(store, kernel, policy, gated, at_gate.version)
    moves: list[Transition] = []
    while (found := move(state, evidence, policy)) is not None:
        made = store.transition(Transition(kernel.digest, state, found.to, found.reason, "rule", evidence_text(evidence, policy)))
        if made is None:
            state = store.status(kernel.digest).state
            break
        moves.append(made)
        state = found.to
        evidence = evidence_of(store, kernel, policy, gated, evidence.version)
        if made.before is State.PROMOTED:
            break  # what it lost it may earn again, by runs to come
    return Reviewed(kernel, before, state, tuple(moves), waits(state, evidence, policy), evidence)


def promote(store: Store, kernel: StoredKernel, reason: str, policy: Policy, gate: Gate = gate_stored) -> Transition:
    """Promote by hand: somebody's word instead of runs, never instead of the gate, and never against a refuted clause.

    Raises Diagnosed (KW862)."""
    review(store, policy, [kernel], gate)
    state = store.status(kernel.digest).state
    evidence = evidence_of(store, kernel, policy)
    if evidence.refuted:
        raise _refused(kernel, f"a clause of it is refuted: {evidence.refuted[0]}")
    if evidence.gate.standing != ACCEPTED:
        reason_ = evidence.gate.reason or "the gate has not accepted it"
        raise _refused(kernel, f"the gate has not accepted it: {reason_}" if reason_ != "the gate has not accepted it" else reason_)
    if evidence.settled is None:
        raise _refused(kernel, "not every clause of it is proved or enforced")
    if state is State.PROMOTED:
        raise _refused(kernel, "it is promoted already")
    return _by_hand(store, kernel, state, State.PROMOTED, reason, policy)


def retire(store: Store, kernel: StoredKernel, reason: str, policy: Policy) -> Transition:
    """Retire by hand, from any state. Raises Diagnosed (KW862)."""
    state = store.status(kernel.digest).state
    if state is State.RETIRED:
        raise _refused(kernel, "it is retired already")
    return _by_hand(store, kernel, state, State.RETIRED, reason, policy)


def _by_hand(store: Store, kernel: StoredKernel, before: State, after: State, reason: str, policy: Policy) -> Transition:
    if not reason.strip():
        raise _refused(kernel, "a change by hand needs a reason")
    evidence = evidence_text(evidence_of(store, kernel, policy), policy)
    made = store.transition(Transition(kernel.digest, before, after, " ".join(reason.split())[:500], "hand", evidence))
    if made is None:
        raise _refused(kernel, "its state was changed meanwhile: look again")
    return made


def _refused(kernel: StoredKernel, why: str) -> Diagnosed:
    help = "`kwlogic store review` says how far it is, and `kwlogic store log` how it came there"
    return Diagnosed(diagnostic("KW862", f"the state of `{kernel.name}` is not changed: {why}", help=help))
