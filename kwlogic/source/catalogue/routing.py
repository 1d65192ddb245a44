"""KW865 to KW874: routing prompts to kernels, and the bundles that training writes."""

from __future__ import annotations

from kwlogic.source.codes import Code
from kwlogic.source.data import Severity

E, W, N = Severity.ERROR, Severity.WARNING, Severity.NOTE

CODES: tuple[Code, ...] = (
    Code(
        "KW865",
        E,
        "the bundle cannot be loaded",
        "The folder or zip is no bundle of a router, was cut short or altered since it was written (each file stands under its checksum), is "
        "of another version, or needs an encoder that is not installed. Nothing of it is used. Make it again with `kwlogic train`, or "
        "fetch it again.",
        how="kwlogic route with a --bundle whose arrays were cut short",
    ),
    Code(
        "KW866",
        E,
        "the router or bundle cannot be written",
        "The folder that was named is a file, cannot be written, or the disk is full. Name another one with `--out`.",
        how="kwlogic train --out with the name of a file",
    ),
    Code(
        "KW867",
        E,
        "there is nothing to route to",
        "Routing needs kernels with example prompts: `prompts` of `[tool.kwlogic.route]`, the documentation of kernels in spec files, their "
        "prompts and recorded examples, or traces and feedback in a store. Here there are none. Ten prompts for each kernel, as people write "
        "them, do more than any encoder.",
        how="kwlogic route with an empty store",
    ),
    Code(
        "KW868",
        E,
        "the configuration of routing is wrong",
        "The table `route` of the configuration has a key that is unknown, or a value of another kind or outside of its range. Its keys are "
        "those of `docs/routing.md`: encoder, alpha, delta, share, prompts, out_of_scope, endpoint and more.",
        how="a kwlogic.toml with `[route]` and `alpha = 2`",
    ),
    Code(
        "KW869",
        E,
        "an embedding is not to be had",
        "The encoder that is configured did not answer: a package is missing, the endpoint cannot be reached, refused, or answered something "
        "else than vectors of one length. The default encoder, `tfidf`, needs neither package nor network.",
        how="kwlogic route with the encoder `endpoint` and nobody listening",
    ),
    Code(
        "KW870",
        E,
        "the prompts cannot be read",
        "A file of prompts is JSON lines: each an object with a text `prompt` and, unless it is out of scope, the `kernel` that it is for. "
        "The message names the line. Rows of a dataset (`docs/dataset.md`) are such lines.",
        how="standalone_train.py on a file that is not JSON",
    ),
    Code(
        "KW871",
        N,
        "the router leaves something out, or certifies nothing",
        "What was left out when the router was fitted, and why: kernels without examples, prompts that two kernels claim, a calibration set "
        "too small for the certificate that was asked for. Routes that are taken without a certificate are only as good as the probability "
        "that stands beside them.",
        how="kwlogic route with two examples for each kernel",
    ),
)
