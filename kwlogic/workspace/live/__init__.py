"""The service behind interactive faces: open texts, what is known of them at once, and verdicts as they arrive.

Nothing here knows of a protocol; places are code points in texts, as everywhere.
"""
