"""KW8xx: the weave loop: store, traces, schemas, running, learning, routing."""

from __future__ import annotations

from kwlogic.source.codes import Code
from kwlogic.source.data import Severity

E, W, N = Severity.ERROR, Severity.WARNING, Severity.NOTE

CODES: tuple[Code, ...] = (
    Code(
        "KW801",
        W,
        "the store was damaged and has been restored",
        "The database file of the store could not be read, or a row differed from its checksum. The file was set aside beside the new one, "
        "and everything that was acknowledged was written anew from the log of the store. Nothing is lost; look after the disk.",
        how="a store whose database file is overwritten with random bytes",
    ),
    Code(
        "KW802",
        W,
        "the log of the store was damaged and has been written anew",
        "The log beside the database (`….log`) was missing lines, or a line differed from its checksum. It was set aside and written anew "
        "from the database, which holds the same. Nothing is lost.",
        how="a store whose log is cut short",
    ),
    Code(
        "KW803",
        E,
        "the store cannot be opened",
        "The address is not one of a store, the file or server cannot be reached or written, a package is missing, or the store is damaged "
        "beyond what its log and its database hold together. The message says which. An address is a path, `sqlite:///PATH`, or "
        "`postgresql://USER@HOST/DATABASE`, and comes from `--store` or from `[tool.kwlogic.store]`.",
        how="kwlogic store list --store http://example.com",
    ),
    Code(
        "KW804",
        E,
        "this is no store of this version",
        "The file or database exists and is something else, or it was written by a newer kwlogic whose schema this one does not know. It "
        "is left alone: give another path, or upgrade.",
        how="kwlogic store list --store README.md",
    ),
    Code(
        "KW805",
        E,
        "no such entry in the store",
        "Nothing in the store has this name, digest or id. Names of kernels that are near are suggested; a digest may be shortened to its "
        "first eight digits or more where these are unique.",
        how="kwlogic store show nobody",
    ),
    Code(
        "KW806",
        E,
        "the digest is not that of the content",
        "A kernel is named by the digest of what it says. Here the two differ, so either the content or the digest was changed after the "
        "kernel was written. It is not imported. Where the change was meant, write the digest anew with the tool that made the file.",
        how="importing a kernel whose `digest` was altered",
    ),
    Code(
        "KW807",
        E,
        "the file cannot be imported",
        "The file is not what the command reads: not JSON, or without the keys that its kind must have. The message says where. The other "
        "files of a folder are imported all the same.",
        how="importing a folder with a kernel that is not JSON",
    ),
    Code(
        "KW808",
        E,
        "an id that cannot be kept",
        "Ids and names are arbitrary text, but every database must keep them exactly: at least one character, at most 500, none of them "
        "NUL or half of a surrogate pair.",
        how="storing a trace whose id is empty",
    ),
    Code(
        "KW811",
        E,
        "the file cannot be read as traces",
        "The file is not JSON, or is none of the forms of traces that kwlogic reads: its own, OTLP as JSON (OpenTelemetry GenAI or "
        "OpenInference attributes), chat transcripts with tool calls, lists of calls, KernelWeave. The message says what was missing. "
        "`docs/traces.md` shows each form.",
        how="kwlogic trace check README.md --spec billing.kw",
    ),
    Code(
        "KW812",
        E,
        "a recorded call breaks the contract of its kernel",
        "The tool was called where the kernel that stands for it forbids it (`requires`), or it answered what the kernel does not allow "
        "(`ensures`). The values are those of the call, and of what earlier calls of the same trace had shown. Either the agent broke a "
        "rule, or the contract says more than is meant.",
        how="kwlogic trace check with a call that breaks a requires",
    ),
    Code(
        "KW813",
        E,
        "a recorded call does not fit the ports of its kernel",
        "The arguments of the call cannot be read as the inputs of the kernel that stands for the tool: a key is missing or unknown, or a "
        "value is of another type. The place in the document is given.",
        how="kwlogic trace check with a call whose argument is of another type",
    ),
    Code(
        "KW814",
        N,
        "a recorded call could not be judged",
        "An input of the kernel is neither an argument of the call nor the result of an earlier call of the same trace (or that result was "
        "not recorded whole), or the clause cannot be run. Nothing is said of such a call, and it counts neither way.",
        how="kwlogic trace check with a call whose state was never read",
    ),
    Code(
        "KW821",
        E,
        "the schema cannot be said in types",
        "A keyword of the JSON Schema says what types of the language do not say exactly; it is named with its place. Nothing is "
        "imported, since types that let more or less pass than the schema would be wrong somewhere. Remove or restate the keyword, or "
        "write the type by hand.",
        how="kwlogic schema import of a schema with `contains`",
    ),
    Code(
        "KW822",
        E,
        "this is no schema, or no type to make one of",
        "The file is not JSON, or the name given to `kwlogic schema export` is none of a kernel or of a data type without parameters.",
        how="kwlogic schema export nobody",
    ),
)
