"""Entry point behind main.sh: puts src/ on the path and hands over to arriero.cli."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "src"))

from arriero.cli import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
