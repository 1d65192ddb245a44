"""KW7xx: projects, configuration, files and commands."""

from __future__ import annotations

from kwlogic.source.codes import Code
from kwlogic.source.data import Severity

E, W, N = Severity.ERROR, Severity.WARNING, Severity.NOTE

CODES: tuple[Code, ...] = (
    Code(
        "KW701",
        E,
        "an unknown key in the configuration",
        "The table `[tool.kwlogic]` of `pyproject.toml`, or `kwlogic.toml`, holds a key that kwlogic does not know. It is an error rather "
        "than ignored, because a mistyped key would silently leave its default in force.",
        how="a kwlogic.toml with `bugdet = 1`",
    ),
    Code(
        "KW702",
        E,
        "a wrong value in the configuration",
        "The key is known, but its value has another type than it must have, or is out of range.",
        how='a kwlogic.toml with `jobs = "two"`',
    ),
    Code(
        "KW703",
        E,
        "the configuration cannot be read",
        "The file is not readable, not UTF-8, or not TOML. The message gives the reason of the TOML reader with line and column.",
        how="a kwlogic.toml with `paths = [`",
    ),
    Code(
        "KW704",
        E,
        "no such file or folder",
        "A path given on the command line, or in `paths` of the configuration, does not exist. Paths on the command line count from the "
        "current folder, those of the configuration from the folder of its file.",
        how="kwlogic check missing.kw",
    ),
    Code(
        "KW705",
        E,
        "no such declaration",
        "`file.kw::name` selects one declaration of a file, and the file has none of this name. A nearby name is suggested.",
        how="kwlogic check file.kw::nmae",
    ),
    Code(
        "KW706",
        E,
        "a module is declared by two files",
        "A module name stands for one file. Two files in the same project say `module` with the same name; the first one is kept and the "
        "second one is not checked. Rename one of them.",
        how="two files of one folder with the same `module` line",
    ),
    Code(
        "KW707",
        W,
        "the cache of verdicts was damaged and has been set aside",
        "The file of verdicts could not be read as a database. It was renamed, an empty one was made, and everything is proved anew. "
        "Nothing is lost but time.",
        how="a `.kwlogic_cache/verdicts.sqlite` of random bytes",
    ),
    Code(
        "KW708",
        N,
        "running without the cache of verdicts",
        "The folder `.kwlogic_cache` cannot be written, so verdicts are not remembered between runs. Results are the same, only slower. "
        "Set `cache = false` to silence this.",
        how="a project folder without write permission",
    ),
    Code(
        "KW709",
        E,
        "a folder cannot be written",
        "The folder given with `--log-dir`, or the folder or file that a command should write, cannot be made or written.",
        how="kwlogic check --log-dir pointing at a file",
    ),
    Code(
        "KW710",
        E,
        "a file cannot be read",
        "The operating system refused to read the file: it may be a folder, lack read permission, or have vanished while kwlogic ran. "
        "All other files are checked nevertheless.",
        how="a file without read permission",
    ),
    Code(
        "KW711",
        E,
        "a module takes a name of the standard library",
        "Names that begin with `std` belong to the library that ships with kwlogic: bounded quantifiers, indexing and `in` mean its "
        "functions, and the prover knows their laws. A file of that name with another text is not checked. Give the module another name.",
        how="a file with `module std.list` and other functions",
    ),
    Code(
        "KW712",
        E,
        "an optional package is not installed",
        "Most of kwlogic needs few packages; what only some people use comes as an extra. The message names the package and the extra that "
        "brings it, as in `pip install 'kwlogic[watch]'`.",
        how="kwlogic check --watch where `watchfiles` is not installed",
    ),
    Code(
        "KW720",
        E,
        "the input does not fit the kernel",
        "`kwlogic run` reads a JSON object with one key for each input port. The document is not JSON, or a value has another form than "
        "the port's type asks for. The message gives the path inside the document, what was expected there, and what was found.",
        how="kwlogic run with an input that lacks a port",
    ),
    Code(
        "KW721",
        E,
        "the input breaks a requires",
        "The kernel promises nothing for this input, so it was not run. The clause is shown with the value of each of its parts.",
        how="kwlogic run with an input outside of `requires`",
    ),
    Code(
        "KW722",
        E,
        "the output breaks an ensures",
        "The kernel was run and its output breaks a clause of its own contract. The clause is shown with the value of each of its parts. "
        "`kwlogic check` finds such inputs by itself.",
        how="kwlogic run of a wrong kernel",
    ),
    Code(
        "KW723",
        E,
        "the evaluation met something undefined",
        "A division by zero, an index outside of a list, a missing key, a false `assert`, the `requires` of a callee or a refinement that "
        "does not hold: the evaluation stops there. The place and the values are shown.",
        how="kwlogic eval '1 // 0'",
    ),
    Code(
        "KW724",
        E,
        "this kernel cannot be run here",
        "A generic kernel does not say how its input is to be read: run a kernel that uses it at certain types. A kernel without a body "
        "is a signature for others to refine, and has nothing to run.",
        how="kwlogic run of a kernel without a body",
    ),
    Code(
        "KW725",
        E,
        "the evaluation was stopped",
        "It took more steps than the evaluator allows, or built a value too large to hold. Try a smaller input.",
        how="kwlogic eval of a very long computation",
    ),
    Code(
        "KW726",
        E,
        "no such kernel or module",
        "The name on the command line is no kernel (or module) of the project. Name a kernel as `file.kw::name`, `module.name` or `name`.",
        how="kwlogic run nonesuch",
    ),
    Code(
        "KW727",
        E,
        "the expression cannot be evaluated",
        "An unbounded quantifier ranges over infinitely many values: it is for contracts and proofs, not for running. "
        "Write `forall x in xs :: p` to range over something finite.",
        how="kwlogic eval 'forall n: Int :: n == n'",
    ),
    Code(
        "KW728",
        E,
        "no such diagnostic code",
        "`kwlogic explain` knows the codes that kwlogic prints, from KW101 on. Without an argument it lists them all.",
        how="kwlogic explain KW999",
    ),
    Code(
        "KW729",
        E,
        "the file exists already",
        "`kwlogic init` writes a few files and never replaces one. Choose another folder, or move the file away.",
        how="kwlogic init twice in the same folder",
    ),
    Code(
        "KW730",
        N,
        "a clause was not checked in this run",
        "The clause has an unbounded quantifier, which no run can check. `kwlogic check` proves such clauses; a run passes them over.",
        how="kwlogic run of a kernel with `ensures forall n: Int :: ...`",
    ),
    Code(
        "KW731",
        E,
        "there is nothing that a change could break",
        "`kwlogic mutate` changes a body and looks whether the contract notices. Here the body itself breaks the contract already, or "
        "there is no `ensures`, or no expression for a body: then no change tells anything. `kwlogic check` comes first.",
        how="kwlogic mutate of a kernel without an ensures",
    ),
    Code(
        "KW732",
        E,
        "a file of measurements cannot be read or written",
        "`kwlogic measure --against FILE` reads what `--save FILE` wrote in an earlier run, perhaps with another version of the solver. "
        "The file is missing, is no such file, or the place for it cannot be written.",
        how="kwlogic measure --against a file that is not JSON",
    ),
    Code(
        "KW733",
        E,
        "no such executor",
        "`--executor` says who solves the obligations: `local`, which is the default, means worker processes of this machine, and "
        "`dask://HOST:PORT` the workers of the Dask cluster whose scheduler listens there.",
        how="kwlogic check --executor desk://localhost:8786",
    ),
    Code(
        "KW734",
        E,
        "the extra `kwlogic[dask]` is missing",
        "Solving on a Dask cluster needs the packages `dask` and `distributed`, which a plain installation does not bring. Install "
        "`kwlogic[dask]` here and where the workers run.",
        how="kwlogic check --executor dask://localhost:8786 without the package `distributed`",
    ),
    Code(
        "KW735",
        E,
        "the Dask scheduler cannot be reached",
        "Nothing that speaks the protocol of Dask answers at the address given to `--executor`, and waiting longer would not help. Look "
        "whether the scheduler runs (`dask scheduler` prints its address), and whether a firewall is in between. Nothing was solved.",
        how="kwlogic check --executor dask://localhost:1",
    ),
    Code(
        "KW736",
        E,
        "the Dask cluster cannot solve for this process",
        "The scheduler answers, but it has no workers, or a worker lacks kwlogic, or runs another version of kwlogic, of its code or of the "
        "solver than this process. Verdicts must not depend on which worker had a question, so nothing was asked. Install the same "
        "versions everywhere and start the workers anew.",
        how="kwlogic check --executor dask://localhost:8786 with a scheduler that has no workers",
    ),
    Code(
        "KW737",
        E,
        "the solver to compare with cannot be had",
        "`kwlogic measure --against` takes a file that `--save` wrote, a Python (or the folder of its environment) in which another version of "
        "`z3-solver` is installed, or a version, which is then installed from the package index into a temporary folder. The message says what "
        "went wrong on the way.",
        how="kwlogic measure --against a folder that is no environment",
    ),
    Code(
        "KW740",
        E,
        "a file of certificates cannot be read",
        "A file below `proofs/` is not readable or not UTF-8. Nothing in it counts: `kwlogic check` proves anew what it was about and "
        "writes the file again, and `kwlogic proof check` reports each of its proofs as missing.",
        how="a proofs/billing.proof that is a folder",
    ),
    Code(
        "KW741",
        E,
        "a file of certificates cannot be written",
        "The verdicts stand, but their certificates could not be put below `proofs/`. Look at the permissions of that folder and at the "
        "space that is left.",
        how="a proofs/ folder without permission to write",
    ),
    Code(
        "KW742",
        E,
        "a certificate does not hold",
        "`kwlogic proof check` recomputed what the certificate speaks of, and something in it is wrong: it was changed by hand, cut off, "
        "or made for another program. `kwlogic check --proofs` proves the obligation anew and replaces it.",
        how="a step removed from an entry of proofs/billing.proof",
    ),
    Code(
        "KW743",
        E,
        "a certificate is stale",
        "The obligation, or a definition behind it, has changed since its certificate was written. Whether it still holds is for "
        "`kwlogic check --proofs` to say, which writes a new certificate.",
        how="a clause changed after its certificate was written",
    ),
    Code(
        "KW744",
        E,
        "a certificate is missing",
        "The folder `proofs/` has no entry for this obligation. Run `kwlogic check --proofs`, which proves it and writes one.",
        how="an entry deleted from proofs/billing.proof",
    ),
    Code(
        "KW745",
        E,
        "a certificate rests on what has none",
        "The certificate holds by itself, but it uses a lemma, a contract or a definition whose own proof is missing, open or wrong, so it "
        "shows nothing yet. Put that one right first.",
        how="the certificate of a lemma deleted that another proof uses",
    ),
    Code(
        "KW746",
        E,
        "there is no such proof",
        "`kwlogic proof show NAME` takes the id of an obligation, the qualified name of a declaration or its last part. Near names are "
        "suggested; `kwlogic check -v` lists all obligations.",
        how="kwlogic proof show nothing_of_this_name",
    ),
    Code(
        "KW747",
        W,
        "a proof that is a solver's word",
        "The prover found this proof with the help of Z3, and the checker, which has no solver, could not show it again from the "
        "instances that were used (tier `T4`). It is counted, since evaluation on generated inputs found nothing against it, but it is "
        "not certified; `--strict` refuses it. A lemma on the way, or a stronger `ensures`, often makes a proof small enough to be shown.",
        how="kwlogic proof check with a certificate that says `(trusted T4)`",
    ),
    Code(
        "KW748",
        W,
        "certificates are not as they would be now",
        "With `--frozen` nothing is written, so certificates in `proofs/` that are missing, or that belong to an earlier text, stay as they "
        "are. The verdicts are right all the same: what no certificate shows was proved again. Run `kwlogic check` without `--frozen` and "
        "commit the folder, and the next frozen run takes them from there.",
        how="kwlogic check --frozen in a project whose specs have changed since its certificates were made",
    ),
    Code(
        "KW750",
        E,
        "an optional package is missing",
        "This face of kwlogic stands on a package that is not installed with it, so that what nobody uses costs nothing. The message names "
        "the extra that brings it: `pip install 'kwlogic[lsp]'`.",
        how="kwlogic lsp where pygls is not installed",
    ),
)
