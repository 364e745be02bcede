"""`python -m tumble`, the same as the command `tumble`."""

import sys

from tumble.cli import main

if __name__ == "__main__":
    sys.exit(main())
