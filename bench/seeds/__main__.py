"""The command: `python3 bench/seeds MODEL...`."""

import pathlib
import sys

# Started as a folder, Python puts the folder itself on the path; the packages are one above.
sys.path[0] = str(pathlib.Path(__file__).resolve().parent.parent)

from seeds.command import main  # noqa: E402  (the path comes first)

if __name__ == "__main__":  # workers import this file too
    sys.exit(main())
