"""conclint's analyzers for nogo of rules_go: see docs/ci.md of the repository."""

# One library per analyzer, each with the variable Analyzer that nogo looks for.
CONCLINT = [
    "@com_github_conclint_conclint//analyzers/chanclose",
    "@com_github_conclint_conclint//analyzers/condmisuse",
    "@com_github_conclint_conclint//analyzers/ctxignored",
    "@com_github_conclint_conclint//analyzers/heldwait",
    "@com_github_conclint_conclint//analyzers/lockorder",
    "@com_github_conclint_conclint//analyzers/losterror",
    "@com_github_conclint_conclint//analyzers/lostpanic",
    "@com_github_conclint_conclint//analyzers/nosemaphore",
    "@com_github_conclint_conclint//analyzers/notimeout",
    "@com_github_conclint_conclint//analyzers/racycapture",
    "@com_github_conclint_conclint//analyzers/racycounter",
    "@com_github_conclint_conclint//analyzers/racyfield",
    "@com_github_conclint_conclint//analyzers/relock",
    "@com_github_conclint_conclint//analyzers/spinwait",
    "@com_github_conclint_conclint//analyzers/stuckchan",
    "@com_github_conclint_conclint//analyzers/unjoined",
    "@com_github_conclint_conclint//analyzers/unreleased",
    "@com_github_conclint_conclint//analyzers/wgmisuse",
]
