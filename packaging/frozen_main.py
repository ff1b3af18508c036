"""Where the frozen program begins: child processes of multiprocessing start the same executable and end here."""

import multiprocessing
import sys

if __name__ == "__main__":
    multiprocessing.freeze_support()

    from workbench.__main__ import main

    sys.exit(main())
