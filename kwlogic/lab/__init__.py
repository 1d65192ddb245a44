"""What one asks of compositions with a solver at hand: pictures, impact, holes, plans, rewriting, experiments.

Everything here stands on the workspace and on the obligations of ``vc``: an answer that claims a proof has been through
the same checks as a file that says it.
"""
