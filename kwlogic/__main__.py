"""``python -m kwlogic``."""

from kwlogic.cli.main import main

main()
