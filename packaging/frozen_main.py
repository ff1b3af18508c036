"""Where the frozen program begins: child processes of multiprocessing start the same executable and end here."""

import multiprocessing
import os
import sys

if __name__ == "__main__":
    multiprocessing.freeze_support()
    if sys.platform.startswith("linux"):
        os.environ["CUDA_VISIBLE_DEVICES"] = ""  # this build has stubs in CUDA's place: see cpu_stubs.py

    from workbench.__main__ import main

    sys.exit(main())
